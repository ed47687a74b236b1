/* What the tests of the C library share: a check that names its place, and a program to test with. */

#ifndef CHECK_H
#define CHECK_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loyalty.h"

/* Stops the test where something is not so. */
#define CHECK(condition) \
    do { \
        if (!(condition)) { \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
            exit(1); \
        } \
    } while (0)

/* The call succeeds and leaves no error. */
#define OK(call) \
    do { \
        const loyalty_status status_ = (call); \
        if (status_ != LOYALTY_STATUS_OK) { \
            fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, #call, loyalty_status_name(status_)); \
            exit(1); \
        } \
    } while (0)

/* The call, which is given `&error`, fails with this status and this path. */
#define FAILS(status, path, call) \
    do { \
        loyalty_error *error = NULL; \
        const loyalty_status status_ = (call); \
        CHECK(status_ == (status)); \
        CHECK(error != NULL); \
        CHECK(loyalty_error_status(error) == (status)); \
        same_text(__LINE__, loyalty_error_path(error, NULL), (path)); \
        CHECK(loyalty_error_free(error) == LOYALTY_STATUS_OK); \
    } while (0)

/* A text as the two parameters that bytes go in by. */
#define BYTES(text) (const uint8_t *)(text), strlen(text)

/* One point a yuan, five thousand yuan in a year for silver; a hundred points pay one yuan. */
#define TEA_HOUSE \
    "{\"schema\": 1, \"id\": \"tea-house\", \"currency\": \"CNY\", \"timezone\": \"Asia/Shanghai\"," \
    " \"accounts\": [{\"id\": \"points\", \"expiry\": {\"after\": {\"months\": 12, \"align\": \"month_end\"}}}]," \
    " \"metrics\": [{\"id\": \"spend_year\", \"measure\": \"spend\", \"window\": {\"last\": {\"days\": 365}}}]," \
    " \"tiers\": [{\"id\": \"club\", \"hold\": {\"for\": {\"months\": 12}}, \"rungs\": [" \
    "{\"id\": \"regular\", \"name\": {\"zh\": \"普通\", \"en\": \"Regular\"}}," \
    "{\"id\": \"silver\", \"name\": {\"zh\": \"银卡\", \"en\": \"Silver\"}," \
    " \"qualify\": {\"metric\": {\"id\": \"spend_year\", \"at_least\": 5000}}}]}]," \
    " \"earn\": [{\"id\": \"base\", \"give\": {\"rate\": {\"points\": 1, \"per\": \"1.00\"}}}]," \
    " \"tender\": [{\"points\": 100, \"value\": \"1.00\"}]}"

/* Two cakes of pu-erh, 5,200.00 in all: enough for silver. */
#define PURCHASE \
    "{\"id\": \"e-1\", \"at\": \"2026-03-01T10:00:00+08:00\"," \
    " \"purchase\": {\"order\": \"o-1\", \"lines\": [{\"sku\": \"pu-erh\", \"quantity\": 2, \"price\": \"2600.00\"}]}}"

static inline void same_text(int line, const char *found, const char *expected) {
    if (strcmp(found, expected) != 0) {
        fprintf(stderr, "line %d: expected %s\nfound    %s\n", line, expected, found);
        exit(1);
    }
}

/* The buffer holds exactly this text; it is freed. */
static inline void same_bytes(int line, loyalty_buffer *buffer, const char *expected) {
    if (buffer->length != strlen(expected) || (buffer->length > 0 && memcmp(buffer->data, expected, buffer->length) != 0)) {
        fprintf(stderr, "line %d: expected %s\nfound    %.*s\n", line, expected, (int)buffer->length,
                buffer->data == NULL ? "" : (const char *)buffer->data);
        exit(1);
    }
    if (buffer->data != NULL) {
        CHECK(buffer->data[buffer->length] == 0);
    }
    CHECK(loyalty_buffer_free(buffer) == LOYALTY_STATUS_OK);
}

#define SAME(buffer, expected) same_bytes(__LINE__, (buffer), (expected))

static inline loyalty_engine *tea_house(void) {
    loyalty_engine *engine = NULL;
    OK(loyalty_engine_new(BYTES(TEA_HOUSE), &engine, NULL));
    CHECK(engine != NULL);
    return engine;
}

static inline loyalty_member *new_member(const char *id) {
    loyalty_member *member = NULL;
    OK(loyalty_member_new(BYTES(id), &member, NULL));
    CHECK(member != NULL);
    return member;
}

#endif
