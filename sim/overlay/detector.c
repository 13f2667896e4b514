/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "overlay/detector.h"

const Detector *detector_of(DetectorKind kind)
{
    static const Detector *const detectors[] = {
        [DETECTOR_CONNECTION] = NULL, [DETECTOR_HEARTBEAT] = &detector_heartbeat, [DETECTOR_SWIM] = &detector_swim,
    };
    return detectors[kind];
}
