/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A tree of bytes: each node is a prefix, with those who want what begins with it. */
#include <string.h>

#include "ipc/zeromq_parts.h"

struct TopicNode {
    TopicNode *parent, *child, *next;       /* siblings ascend by their byte */
    Pipe **holders;                         /* owned */
    uint32_t holder_count, holder_room;
    uint32_t count;                         /* of topics_add() */
    uint8_t byte;
};

static TopicNode **place_of(TopicNode *parent, uint8_t byte)
{
    TopicNode **place = &parent->child;
    while (*place && (*place)->byte < byte) place = &(*place)->next;
    return place;
}

static TopicNode *find(const Topics *topics, const void *topic, uint32_t size)
{
    TopicNode *node = topics->root;
    for (uint32_t i = 0; node && i < size; i++) {
        uint8_t byte = ((const uint8_t *)topic)[i];
        TopicNode *child = *place_of(node, byte);
        node = child && child->byte == byte ? child : NULL;
    }
    return node;
}

static TopicNode *reach(Topics *topics, const void *topic, uint32_t size)
{
    if (!topics->root) topics->root = g_new0(TopicNode, 1);
    TopicNode *node = topics->root;
    for (uint32_t i = 0; i < size; i++) {
        uint8_t byte = ((const uint8_t *)topic)[i];
        TopicNode **place = place_of(node, byte);
        if (!*place || (*place)->byte != byte) {
            TopicNode *made = g_new0(TopicNode, 1);
            *made = (TopicNode){ .parent = node, .next = *place, .byte = byte };
            *place = made;
        }
        node = *place;
    }
    return node;
}

/* Frees the node and those above that stand for nothing. */
static void prune(Topics *topics, TopicNode *node)
{
    while (node && !node->child && !node->count && !node->holder_count) {
        TopicNode *parent = node->parent;
        if (parent) *place_of(parent, node->byte) = node->next;
        else topics->root = NULL;
        g_free(node->holders);
        g_free(node);
        node = parent;
    }
}

bool topics_add(Topics *topics, const void *topic, uint32_t size)
{
    return reach(topics, topic, size)->count++ == 0;
}

bool topics_remove(Topics *topics, const void *topic, uint32_t size)
{
    TopicNode *node = find(topics, topic, size);
    if (!node || !node->count || --node->count) return false;
    prune(topics, node);
    return true;
}

static uint32_t bytes_of(const Frame *frame) { return frame->data ? frame->size : 0; }

static TopicNode *child_of(const TopicNode *node, uint8_t byte)
{
    TopicNode *child = node->child;
    while (child && child->byte < byte) child = child->next;
    return child && child->byte == byte ? child : NULL;
}

bool topics_match(const Topics *topics, const Frame *first)
{
    const TopicNode *node = topics->root;
    const uint8_t *bytes = first->data;
    uint32_t size = bytes_of(first);
    for (uint32_t i = 0; node; i++) {
        if (node->count) return true;
        if (i == size) return false;
        node = child_of(node, bytes[i]);
    }
    return false;
}

typedef struct { void (*call)(void *data, const void *topic, uint32_t size); void *data; GByteArray *path; } Walk;

static void walk(const TopicNode *node, Walk *w)
{
    if (node->count) w->call(w->data, w->path->data, w->path->len);
    for (const TopicNode *child = node->child; child; child = child->next) {
        g_byte_array_append(w->path, &child->byte, 1);
        walk(child, w);
        g_byte_array_set_size(w->path, w->path->len - 1);
    }
}

void topics_walk(const Topics *topics, void (*call)(void *data, const void *topic, uint32_t size), void *data)
{
    if (!topics->root) return;
    Walk w = { call, data, g_byte_array_new() };
    walk(topics->root, &w);
    g_byte_array_unref(w.path);
}

static void free_below(TopicNode *node)
{
    while (node) {
        TopicNode *next = node->next;
        free_below(node->child);
        g_free(node->holders);
        g_free(node);
        node = next;
    }
}

void topics_free(Topics *topics)
{
    free_below(topics->root);
    topics->root = NULL;
}

/* ---- held by pipes ---- */

static uint32_t holder_place(const TopicNode *node, const Pipe *pipe)
{
    uint32_t i = 0;
    while (i < node->holder_count && node->holders[i] != pipe) i++;
    return i;
}

bool topics_hold(Topics *topics, const void *topic, uint32_t size, Pipe *pipe)
{
    TopicNode *node = reach(topics, topic, size);
    if (holder_place(node, pipe) < node->holder_count) return false;
    if (node->holder_count == node->holder_room) {
        node->holder_room = node->holder_room ? node->holder_room * 2 : 2;
        node->holders = g_renew(Pipe *, node->holders, node->holder_room);
    }
    node->holders[node->holder_count++] = pipe;
    if (!pipe->topics) pipe->topics = g_ptr_array_new();
    g_ptr_array_add(pipe->topics, node);
    return node->holder_count == 1;
}

/* The others keep their order. */
static bool let_go(TopicNode *node, const Pipe *pipe)
{
    uint32_t i = holder_place(node, pipe);
    if (i == node->holder_count) return false;
    memmove(node->holders + i, node->holders + i + 1, (node->holder_count - i - 1) * sizeof *node->holders);
    return --node->holder_count == 0;
}

bool topics_release(Topics *topics, const void *topic, uint32_t size, Pipe *pipe)
{
    TopicNode *node = find(topics, topic, size);
    if (!node || !pipe->topics || !g_ptr_array_remove(pipe->topics, node)) return false;
    bool last = let_go(node, pipe);
    prune(topics, node);
    return last;
}

void topics_leave(Topics *topics, Pipe *pipe, void (*call)(void *data, const void *topic, uint32_t size), void *data)
{
    for (guint i = 0; pipe->topics && i < pipe->topics->len; i++) {
        TopicNode *node = pipe->topics->pdata[i];
        if (let_go(node, pipe)) {
            GByteArray *path = g_byte_array_new();
            for (const TopicNode *n = node; n->parent; n = n->parent) g_byte_array_prepend(path, &n->byte, 1);
            call(data, path->data, path->len);
            g_byte_array_unref(path);
        }
        prune(topics, node);
    }
    g_clear_pointer(&pipe->topics, g_ptr_array_unref);
}

void topics_find(const Topics *topics, const Frame *first, GPtrArray *found, uint64_t stamp)
{
    const TopicNode *node = topics->root;
    const uint8_t *bytes = first->data;
    uint32_t size = bytes_of(first);
    g_ptr_array_set_size(found, 0);
    for (uint32_t i = 0; node; i++) {
        for (uint32_t h = 0; h < node->holder_count; h++) {
            Pipe *pipe = node->holders[h];
            if (pipe->stamp == stamp) continue;
            pipe->stamp = stamp;
            g_ptr_array_add(found, pipe);
        }
        if (i == size) return;
        node = child_of(node, bytes[i]);
    }
}
