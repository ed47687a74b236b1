/* One const engine, several threads, each with members of its own; then several threads that fight over one member. */

#include <pthread.h>

#include "check.h"

enum { THREADS = 4, EVENTS = 200 };

struct work {
    const loyalty_engine *engine;
    loyalty_member *member;
    int number;
    char *document;
    int refused;
};

/* Ten yuan an event; every thread asks the engine for other things in between. */
static void *own_member(void *argument) {
    struct work *work = argument;
    for (int i = 0; i < EVENTS; i++) {
        char event[256];
        loyalty_buffer buffer;
        snprintf(event, sizeof event,
                 "{\"id\": \"e-%d\", \"at\": \"2026-03-01T%02d:%02d:00+08:00\", \"purchase\": {\"order\": \"o-%d\","
                 " \"lines\": [{\"sku\": \"tea\", \"price\": \"10.00\"}]}}",
                 i, 8 + i / 60, i % 60, i);
        OK(loyalty_quote(work->engine, work->member, BYTES(event), LOYALTY_FLAG_TRACE, &buffer, NULL));
        OK(loyalty_buffer_free(&buffer));
        OK(loyalty_apply(work->engine, work->member, BYTES(event), 0, &buffer, NULL));
        OK(loyalty_buffer_free(&buffer));
        OK(loyalty_progress(work->engine, work->member, &buffer, NULL));
        OK(loyalty_buffer_free(&buffer));
    }
    loyalty_buffer json;
    OK(loyalty_member_to_json(work->member, &json, NULL));
    work->document = malloc(json.length + 1);
    CHECK(work->document != NULL);
    memcpy(work->document, json.data, json.length + 1);
    OK(loyalty_buffer_free(&json));
    return NULL;
}

static void many_members(const loyalty_engine *engine) {
    pthread_t threads[THREADS];
    struct work works[THREADS];
    for (int i = 0; i < THREADS; i++) {
        works[i] = (struct work){.engine = engine, .member = new_member("m-1"), .number = i, .document = NULL, .refused = 0};
        CHECK(pthread_create(&threads[i], NULL, own_member, &works[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++) {
        int64_t balance = 0;
        CHECK(pthread_join(threads[i], NULL) == 0);
        /* A member that was changed in one thread is read and freed in another. */
        OK(loyalty_member_balance(works[i].member, BYTES("points"), &balance, NULL));
        CHECK(balance == 10 * EVENTS);
        same_text(__LINE__, works[i].document, works[0].document);
    }
    for (int i = 0; i < THREADS; i++) {
        free(works[i].document);
        OK(loyalty_member_free(works[i].member));
    }
}

/* This breaks the rule of one thread a member. A call that comes in between is refused; none is lost or counted twice. */
static void *one_member(void *argument) {
    struct work *work = argument;
    for (int i = 0; i < EVENTS; i++) {
        char event[160];
        loyalty_buffer buffer;
        snprintf(event, sizeof event,
                 "{\"id\": \"e-%d-%d\", \"at\": \"2026-03-01T10:00:00+08:00\", \"adjust\": {\"credit\": 1, \"reason\": \"test\"}}",
                 work->number, i);
        const loyalty_status status = loyalty_apply(work->engine, work->member, BYTES(event), 0, &buffer, NULL);
        CHECK(status == LOYALTY_STATUS_OK || status == LOYALTY_STATUS_INVALID_ARGUMENT);
        work->refused += status != LOYALTY_STATUS_OK;
        OK(loyalty_buffer_free(&buffer));
    }
    return NULL;
}

static void fight(const loyalty_engine *engine) {
    pthread_t threads[THREADS];
    struct work works[THREADS];
    loyalty_member *member = new_member("m-1");
    int refused = 0;
    int64_t balance = 0;
    for (int i = 0; i < THREADS; i++) {
        works[i] = (struct work){.engine = engine, .member = member, .number = i, .document = NULL, .refused = 0};
        CHECK(pthread_create(&threads[i], NULL, one_member, &works[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
        refused += works[i].refused;
    }
    OK(loyalty_member_balance(member, BYTES("points"), &balance, NULL));
    CHECK(balance == THREADS * EVENTS - refused);
    OK(loyalty_member_free(member));
}

/* Readers of one member may overlap. */
static void *reader(void *argument) {
    struct work *work = argument;
    for (int i = 0; i < EVENTS; i++) {
        loyalty_buffer buffer;
        loyalty_member *copy = NULL;
        OK(loyalty_quote(work->engine, work->member, BYTES(PURCHASE), 0, &buffer, NULL));
        OK(loyalty_buffer_free(&buffer));
        OK(loyalty_member_clone(work->member, &copy, NULL));
        OK(loyalty_member_free(copy));
    }
    return NULL;
}

static void readers(const loyalty_engine *engine) {
    pthread_t threads[THREADS];
    struct work work = {.engine = engine, .member = new_member("m-1"), .number = 0, .document = NULL, .refused = 0};
    for (int i = 0; i < THREADS; i++) {
        CHECK(pthread_create(&threads[i], NULL, reader, &work) == 0);
    }
    for (int i = 0; i < THREADS; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
    }
    OK(loyalty_member_free(work.member));
}

int main(void) {
    loyalty_engine *engine = tea_house();
    many_members(engine);
    fight(engine);
    readers(engine);
    OK(loyalty_engine_free(engine));
    return 0;
}
