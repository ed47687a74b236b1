/* After fork both processes go on by themselves: what was made before it can be used, changed and freed in each of them. */

/* fork, pipe and exec are not of the C standard. */
#define _POSIX_C_SOURCE 200809L

#include <pthread.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

enum { FORKS = 8, DOCUMENT = 1 << 16 };

/* Takes the purchase and hands the document of the member to a buffer of its own. */
static loyalty_buffer buy(const loyalty_engine *engine, loyalty_member *member) {
    loyalty_buffer outcome;
    loyalty_buffer document;
    OK(loyalty_apply(engine, member, BYTES(PURCHASE), 0, &outcome, NULL));
    OK(loyalty_buffer_free(&outcome));
    OK(loyalty_member_to_json(member, &document, NULL));
    return document;
}

static void write_all(int to, const uint8_t *data, size_t length) {
    while (length > 0) {
        const ssize_t written = write(to, data, length);
        CHECK(written > 0);
        data += written;
        length -= (size_t)written;
    }
}

/* Everything up to the end: what a child had to say. */
static size_t read_all(int from, uint8_t *data, size_t most) {
    size_t length = 0;
    for (;;) {
        const ssize_t found = read(from, data + length, most - length);
        CHECK(found >= 0 && length < most);
        if (found == 0) {
            return length;
        }
        length += (size_t)found;
    }
}

/* What the child had to say until it ended well: the bytes stay until the next child is heard. */
static const uint8_t *hear(const int ends[2], pid_t child, size_t *length) {
    static uint8_t of_child[DOCUMENT];
    int status = 0;
    CHECK(close(ends[1]) == 0);
    *length = read_all(ends[0], of_child, sizeof of_child);
    CHECK(close(ends[0]) == 0);
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    return of_child;
}

/* The child does with the member what the parent then does, frees everything and ends; the bytes are the same. */
static void both_go_on(void) {
    loyalty_engine *engine = tea_house();
    loyalty_member *member = new_member("m-1");
    int ends[2];
    CHECK(pipe(ends) == 0);
    const pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        CHECK(close(ends[0]) == 0);
        loyalty_buffer document = buy(engine, member);
        write_all(ends[1], document.data, document.length);
        CHECK(close(ends[1]) == 0);
        OK(loyalty_buffer_free(&document));
        OK(loyalty_engine_free(engine));
        OK(loyalty_member_free(member));
        exit(0);
    }
    size_t length = 0;
    const uint8_t *of_child = hear(ends, child, &length);

    /* What the child changed and freed is as it was here. */
    int64_t balance = 7;
    OK(loyalty_member_balance(member, BYTES("points"), &balance, NULL));
    CHECK(balance == 0);
    loyalty_buffer document = buy(engine, member);
    CHECK(document.length == length && memcmp(document.data, of_child, length) == 0);
    OK(loyalty_buffer_free(&document));
    OK(loyalty_member_free(member));
    OK(loyalty_engine_free(engine));
}

struct busy {
    const loyalty_engine *engine;
    pthread_mutex_t lock;
    int done;
};

static int is_done(struct busy *busy) {
    CHECK(pthread_mutex_lock(&busy->lock) == 0);
    const int done = busy->done;
    CHECK(pthread_mutex_unlock(&busy->lock) == 0);
    return done;
}

/* Uses the engine without a pause, with members of its own. */
static void *keep_busy(void *argument) {
    struct busy *busy = argument;
    while (!is_done(busy)) {
        loyalty_member *member = new_member("m-2");
        loyalty_buffer document = buy(busy->engine, member);
        OK(loyalty_buffer_free(&document));
        OK(loyalty_member_free(member));
    }
    return NULL;
}

/* A thread that is in the middle of a call is not there in the child: the engine that it was using can be used all the same. The child
 * becomes another program in the end, for what that thread had in its hands can be freed by nobody. */
static void in_the_middle_of_calls(void) {
    loyalty_engine *engine = tea_house();
    struct busy busy = {.engine = engine, .lock = PTHREAD_MUTEX_INITIALIZER, .done = 0};
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, keep_busy, &busy) == 0);
    for (int i = 0; i < FORKS; i++) {
        int ends[2];
        CHECK(pipe(ends) == 0);
        const pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            loyalty_buffer document = buy(engine, new_member("m-1"));
            write_all(ends[1], document.data, document.length);
            CHECK(close(ends[0]) == 0 && close(ends[1]) == 0);
            execlp("true", "true", (char *)NULL);
            CHECK(!"there is a program `true`");
        }
        size_t length = 0;
        const uint8_t *of_child = hear(ends, child, &length);
        loyalty_member *member = new_member("m-1");
        loyalty_buffer document = buy(engine, member);
        CHECK(document.length == length && memcmp(document.data, of_child, length) == 0);
        OK(loyalty_buffer_free(&document));
        OK(loyalty_member_free(member));
    }
    CHECK(pthread_mutex_lock(&busy.lock) == 0);
    busy.done = 1;
    CHECK(pthread_mutex_unlock(&busy.lock) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
    OK(loyalty_engine_free(engine));
}

int main(void) {
    both_go_on();
    in_the_middle_of_calls();
    return 0;
}
