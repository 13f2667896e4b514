# Delays are texts with a unit, as Shadow has them.
graph [
  directed 0
  node [
    id 0
    label "Oslo"
    lon 10.75
    lat 59.91
  ]
  node [
    id 1
    label "Stockholm"
    lon 18.07
    lat 59.33
  ]
  node [
    id 2
    label "Copenhagen"
    lon 12.57
    lat 55.68
  ]
  node [
    id 3
    label "Helsinki"
    lon 24.94
    lat 60.17
  ]
  node [
    id 4
    label "Berlin"
    lon 13.4
    lat 52.52
  ]
  node [
    id 5
    label "Riga"
    lon 24.11
    lat 56.95
  ]
  node [
    id 6
    label "Warsaw"
    lon 21.01
    lat 52.23
  ]
  node [
    id 7
    label "Vilnius"
    lon 25.28
    lat 54.69
  ]
  edge [
    source 0
    target 1
    latency "12 ms"
  ]
  edge [
    source 0
    target 2
    latency "31 ms"
  ]
  edge [
    source 1
    target 2
    latency "20 ms"
  ]
  edge [
    source 1
    target 3
    latency "8 ms"
  ]
  edge [
    source 2
    target 4
    latency "17 ms"
  ]
  edge [
    source 3
    target 4
    latency "25 ms"
  ]
  edge [
    source 3
    target 5
    latency "14 ms"
  ]
  edge [
    source 4
    target 6
    latency "9 ms"
  ]
  edge [
    source 5
    target 6
    latency "22 ms"
  ]
  edge [
    source 5
    target 7
    latency "11 ms"
  ]
  edge [
    source 6
    target 7
    latency "18 ms"
  ]
]
