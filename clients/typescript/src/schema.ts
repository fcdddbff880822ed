// Generated from openapi.json by `npm run generate`; not to be edited.

export interface paths {
    "/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What is this?
         * @description A browser is sent to the dashboard or, where that is not built, to the documentation.
         */
        get: operations["get_root"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/audit-log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the audit log.
         * @description Who did what in the organization, newest first. Every change is recorded together with the change itself, and no entry is
         *     ever changed; `tenantry audit verify` shows that. With `format=ndjson` or `format=csv` every entry that is meant is answered
         *     as one file, without `limit` and `cursor`, and that is recorded too.
         */
        get: operations["list_audit_log"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/billing": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get plan, limits and usage.
         * @description As the mirror has them: a change at Clerk shows when its webhook has come.
         */
        get: operations["get_billing"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Listen to what changes.
         * @description Server-sent events of the active organization, to be read with a Bearer token (a browser's `EventSource` sends none; use
         *     `fetch`). Each is news of something that the caller may read; read it anew.
         *
         *     | event | |
         *     | --- | --- |
         *     | `ready` | the stream has begun, or goes on |
         *     | `change` | something was changed: see ChangeEvent |
         *     | `reset` | events were missed that are not kept: read everything anew |
         *     | `end` | the stream ends now: with `{"code": "token_expired"}` and the like come back with a fresh token, with `unavailable` later |
         *
         *     Each carries an `id`: send the last one back as `Last-Event-ID`, and what was missed meanwhile comes first. A line of comment comes
         *     every fifteen seconds. The stream ends with the token, so that clients come back every minute.
         */
        get: operations["listen_to_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List invitations.
         * @description The latest come first. As the mirror has them: a change at Clerk shows when its webhook has come.
         */
        get: operations["list_invitations"];
        put?: never;
        /**
         * Invite people.
         * @description One by `email_address` and `role`: the answer is the invitation. Up to ten by `invitations`: all are invited or none is, and
         *     the answer is a list. Clerk writes to them, and they are members when they accept. Only an admin, or who may manage
         *     memberships at Clerk itself, invites somebody as an admin.
         *
         *     When the answer is lost or 503, send it again: with the same `Idempotency-Key` nobody is invited twice, and what the first
         *     attempt did is told; without a key it is 409 `invitation_exists`.
         */
        post: operations["create_invitations"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/invitations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get one invitation.
         * @description As the mirror has it: a change at Clerk shows when its webhook has come.
         */
        get: operations["get_invitation"];
        put?: never;
        post?: never;
        /**
         * Take an invitation back.
         * @description It is revoked at Clerk, so that its link leads nowhere any more. Only one that waits for its answer can be.
         */
        delete: operations["delete_invitation"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who am I?
         * @description Answers any valid token, with or without an active organization.
         */
        get: operations["get_me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change one's own names.
         * @description They are changed at Clerk, and show here at once. Needs no organization.
         */
        patch: operations["update_me"];
        trace?: never;
    };
    "/api/me/preferences": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get one's preferences.
         * @description They are the person's own, whichever organization is active.
         */
        get: operations["get_preferences"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change one's preferences.
         * @description Only what is sent is changed. Every mail has a link that does the same for mail of its kind.
         */
        patch: operations["update_preferences"];
        trace?: never;
    };
    "/api/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List members.
         * @description The latest to join come first. As the mirror has them: a change at Clerk shows when its webhook has come.
         */
        get: operations["list_members"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/members/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get one member.
         * @description As the mirror has them: a change at Clerk shows when its webhook has come.
         */
        get: operations["get_member"];
        put?: never;
        post?: never;
        /**
         * Remove a member.
         * @description They are removed at Clerk, which ends their access here with the next request; tasks they were given are given to nobody.
         *     An admin is removed by an admin, or by who may manage memberships at Clerk itself; the caller must then have verified a factor
         *     a short while ago, else 403 `reverification_required` with Clerk's hint in `clerk_error`. The last admin cannot be removed.
         */
        delete: operations["delete_member"];
        options?: never;
        head?: never;
        /**
         * Change a member's role.
         * @description It is changed at Clerk, and shows here at once. Only an admin, or who may manage memberships at Clerk itself, makes
         *     somebody an admin or takes that role away. To take it away, the caller must have verified a factor a short while ago, else 403
         *     `reverification_required` with Clerk's hint in `clerk_error`. The last admin cannot be demoted.
         */
        patch: operations["update_member"];
        trace?: never;
    };
    "/api/organization": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the active organization.
         * @description With its plan, limits and usage.
         */
        get: operations["get_organization"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/organizations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List my organizations.
         * @description Those the mirror has the caller as a member of, whichever is active.
         */
        get: operations["list_organizations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List tasks.
         * @description Newest first unless asked otherwise. Filters combine with AND; several values of one filter, repeated or as a comma list, with OR.
         *     `Link: <…>; rel="next"` leads to the next page while there is one.
         */
        get: operations["list_tasks"];
        put?: never;
        /**
         * Create a task.
         * @description With an `Idempotency-Key` it is created once, however often it is sent.
         */
        post: operations["create_task"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tasks/stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Count tasks. */
        get: operations["get_task_stats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tasks/trash": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the trash.
         * @description The deleted tasks that can still be restored, the latest to be deleted first, each with the date until when. It needs
         *     `org:tasks:delete` and `org:tasks:view`. `Link: <…>; rel="next"` leads to the next page while there is one.
         */
        get: operations["list_trash"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tasks/trash/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a task in the trash. */
        get: operations["get_trashed_task"];
        put?: never;
        post?: never;
        /**
         * Purge a task.
         * @description A task in the trash is deleted for good, with its comments, before its time.
         */
        delete: operations["purge_task"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tasks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get one task. */
        get: operations["get_task"];
        /**
         * Change a task (PUT).
         * @description The same as PATCH: only the fields sent are changed. Kept for clients that update with PUT.
         */
        put: operations["replace_task"];
        post?: never;
        /**
         * Delete a task.
         * @description It moves to the trash with its comments, and is found there alone until it is restored or, at the `purge_at` that is stated
         *     there, gone for good.
         */
        delete: operations["delete_task"];
        options?: never;
        head?: never;
        /**
         * Change a task.
         * @description Only the fields sent are changed; null clears. With `If-Match` the change is made only if nobody else changed the task meanwhile.
         */
        patch: operations["update_task"];
        trace?: never;
    };
    "/api/tasks/{id}/activity": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List what happened to a task.
         * @description The latest first: who created, changed, completed, assigned, deleted or restored it, and who commented. Of comments it tells
         *     that they were written, and not what they say. `Link: <…>; rel="next"` leads to the next page while there is one.
         */
        get: operations["list_activity"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tasks/{id}/comments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the comments on a task.
         * @description The newest first; `sort_order=asc` reads them as they were written. `Link: <…>; rel="next"` leads to the next page while there
         *     is one.
         */
        get: operations["list_comments"];
        put?: never;
        /**
         * Comment on a task.
         * @description Whoever may see a task may comment on it. With an `Idempotency-Key` the comment is written once, however often it is sent.
         */
        post: operations["create_comment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tasks/{id}/comments/{comment_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get one comment. */
        get: operations["get_comment"];
        put?: never;
        post?: never;
        /**
         * Delete a comment.
         * @description One's own; an administrator of the organization may delete anybody's.
         */
        delete: operations["delete_comment"];
        options?: never;
        head?: never;
        /**
         * Edit a comment.
         * @description One's own, and nobody else's.
         */
        patch: operations["update_comment"];
        trace?: never;
    };
    "/api/tasks/{id}/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Complete a task, or take that back.
         * @description Without a body it toggles; `{"completed": true}` sets, and may be sent twice without harm.
         */
        patch: operations["complete_task"];
        trace?: never;
    };
    "/api/tasks/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Restore a task.
         * @description It comes back as it was, with its comments; only an assignee who has left meanwhile does not. Its version has counted on, so
         *     that an `ETag` from before it was deleted is refused.
         */
        post: operations["restore_task"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/clerk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Receive an event from Clerk.
         * @description For Clerk alone, through Svix: the signature is the authentication. A delivery counts once, however often it comes; any
         *     answer but 200 has it sent again, under the same id.
         */
        post: operations["receive_clerk_webhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/{user_id}/stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Count tasks. */
        get: operations["get_task_stats_of_person"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/{user_id}/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List tasks.
         * @description Newest first unless asked otherwise. Filters combine with AND; several values of one filter, repeated or as a comma list, with OR.
         *     `Link: <…>; rel="next"` leads to the next page while there is one.
         */
        get: operations["list_tasks_of_person"];
        put?: never;
        /**
         * Create a task.
         * @description With an `Idempotency-Key` it is created once, however often it is sent.
         */
        post: operations["create_task_of_person"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/{user_id}/tasks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get one task. */
        get: operations["get_task_of_person"];
        /**
         * Change a task (PUT).
         * @description The same as PATCH: only the fields sent are changed. Kept for clients that update with PUT.
         */
        put: operations["replace_task_of_person"];
        post?: never;
        /**
         * Delete a task.
         * @description It moves to the trash with its comments, and is found there alone until it is restored or, at the `purge_at` that is stated
         *     there, gone for good.
         */
        delete: operations["delete_task_of_person"];
        options?: never;
        head?: never;
        /**
         * Change a task.
         * @description Only the fields sent are changed; null clears. With `If-Match` the change is made only if nobody else changed the task meanwhile.
         */
        patch: operations["update_task_of_person"];
        trace?: never;
    };
    "/api/{user_id}/tasks/{id}/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Complete a task, or take that back.
         * @description Without a body it toggles; `{"completed": true}` sets, and may be sent twice without harm.
         */
        patch: operations["complete_task_of_person"];
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How is it?
         * @description The same as `/readyz`.
         */
        get: operations["get_health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/livez": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Is the process alive? */
        get: operations["get_livez"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/mail/unsubscribe/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show the way to unsubscribe.
         * @description A page with a button. Nothing is changed by looking at it.
         */
        get: operations["get_unsubscribe"];
        put?: never;
        /**
         * Unsubscribe.
         * @description The person to whom the mail was sent gets no more of its kind. May be repeated without harm.
         */
        post: operations["unsubscribe"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Can it serve?
         * @description Whether the database answers, the keys that verify tokens are there, and the process is not about to end. What is worse than
         *     usual but keeps nobody from working is named in `degraded`. The database is asked at most once a second.
         */
        get: operations["get_readyz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description What this server is. */
        About: {
            /** @description The product. */
            name: string;
            /** @description For people. */
            message: string;
            /** @description The program's version. */
            version: string;
            /** @description Where to go from here. */
            links: components["schemas"]["Links"];
        };
        /** @description Something that happened to a task. */
        Activity: {
            /**
             * @description What happened: `created`, `updated`, `completed`, `reopened`, `assigned`, `unassigned`, `deleted`, `restored`, `commented`,
             *     `comment_edited`, `comment_deleted`. A change of several fields is one `updated`, unless it completes or reopens the task.
             */
            kind: string;
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            /** @description Who did it: Clerk's id of a person; null for what no person did. */
            actor_id?: string | null;
            /** @description Whether somebody acted as that person. */
            impersonated: boolean;
            /** @description Which fields changed, each as it was and as it is since. Texts of more than 500 characters are cut. */
            changes: {
                [key: string]: components["schemas"]["Change"];
            };
            /** @description The comment that it is about. */
            comment_id?: string | null;
        };
        /** @description Who is acting as the caller. */
        Actor: {
            /** @description Clerk's id of the impersonator. */
            user_id: string;
        };
        /** @description An entry of the audit log. */
        AuditEntry: {
            /**
             * Format: int64
             * @description Its place in the organization's log, from 1 without a gap.
             */
            seq: number;
            /**
             * Format: date-time
             * @description When it happened.
             */
            at: string;
            /** @description Who did it: `{"type": "user", "id": "user_…"}`, or of type `clerk` (a webhook), `operator` (a command) or `job`. */
            actor: Record<string, never>;
            /** @description Who acted as that person. */
            impersonator?: string | null;
            /** @description What was done, such as `task.created`. */
            action: string;
            /** @description To what: `{"type": "task", "id": "…"}`. */
            target: Record<string, never>;
            /** @description What changed, as it was. Texts of more than 500 characters are cut. */
            before: Record<string, never>;
            /** @description What changed, as it is since. */
            after: Record<string, never>;
            /** @description The request that did it; of a webhook, the delivery. */
            request_id?: string | null;
            /** @description Where the request came from. */
            address?: string | null;
        };
        /** @description What an organization pays for, and what it has of that. */
        Billing: {
            /** @description The slug of the plan whose limits apply; null while no plan is known, which means no limits. */
            plan?: string | null;
            status?: components["schemas"]["BillingStatus"] | null;
            period?: components["schemas"]["Period"] | null;
            /**
             * Format: date-time
             * @description When the trial ends.
             */
            trial_ends_at?: string | null;
            /**
             * Format: date-time
             * @description When the plan, which was cancelled, ends.
             */
            access_ends_at?: string | null;
            /**
             * Format: date-time
             * @description Since when the plan is not paid for.
             */
            past_due_since?: string | null;
            /**
             * Format: date-time
             * @description When a plan that is not paid for ends, or ended.
             */
            grace_ends_at?: string | null;
            upcoming?: components["schemas"]["Upcoming"] | null;
            /** @description The features that may be used. */
            features: string[];
            /** @description The most there may be; 0 is no limit. */
            limits: components["schemas"]["Numbers"];
            /** @description What there is; pending invitations count as members. */
            usage: components["schemas"]["Numbers"];
            /**
             * Format: int64
             * @description Those of the members in `usage` that are pending invitations.
             */
            pending_invitations: number;
            /** @description By how much usage exceeds the limits. Nothing is deleted for that; only more is refused. */
            over_limit: components["schemas"]["Numbers"];
            last_payment?: components["schemas"]["Payment"] | null;
        };
        /**
         * @description How a subscription stands.
         * @enum {string}
         */
        BillingStatus: "active" | "trialing" | "canceled" | "past_due" | "unpaid" | "ended";
        /** @description A field that changed. */
        Change: {
            /** @description As it was. */
            before: unknown;
            /** @description As it is since. */
            after: unknown;
        };
        /** @description The data of a `change` event. Read what it names anew; it says no more. */
        ChangeEvent: {
            /**
             * @description What was done, by the names of the audit log: `task.updated`, `comment.created`, `member.removed`, …
             * @example task.updated
             */
            type: string;
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            /** @description Who did it, where it was a person. */
            actor_id?: string | null;
            /** @description The task it was done to, where it was one. */
            task_id?: string | null;
            /** @description To what. */
            target: components["schemas"]["EventTarget"];
        };
        /** @description A comment on a task. */
        Comment: {
            /**
             * Format: uuid
             * @description Ours, a UUIDv7: ids in order are in order of age.
             */
            id: string;
            /**
             * Format: uuid
             * @description The task.
             */
            task_id: string;
            /** @description Who wrote it; it stays when they leave. */
            author_id: string;
            /** @description 1 to 10 000 characters. */
            body: string;
            /** @description Whether its author changed it since. */
            edited: boolean;
            /**
             * Format: date-time
             * @description When it was written.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When it was changed last.
             */
            updated_at: string;
        };
        /** @description Changes to a comment: what is absent stays. */
        CommentChanges: {
            /** @description 1 to 10 000 characters after trimming. */
            body?: string;
        };
        /** @description Whether a task is to be complete. */
        Completion: {
            /** @description Sending it twice does no harm. */
            completed: boolean;
        };
        /** @description What the active plan allows. */
        Entitlements: {
            /** @description The plan's slug; null while no plan is known, which means no limits. */
            plan?: string | null;
            /** @description The features it includes. */
            features: string[];
            /** @description The most it allows; 0 means no limit. */
            limits: components["schemas"]["Numbers"];
        };
        /** @description What something was done to. */
        EventTarget: {
            /**
             * @description The kind of thing.
             * @example task
             */
            type: string;
            /** @description Which. */
            id: string;
        };
        /** @description One unacceptable part of a request. */
        FieldError: {
            /**
             * @description Where in the body, as a JSON Pointer (RFC 6901).
             * @example /title
             */
            pointer?: string | null;
            /** @description Which query or path parameter. */
            parameter?: string | null;
            /**
             * @description Stable, for programs.
             * @example too_long
             */
            code: string;
            /** @description A sentence, for people. */
            detail: string;
        };
        /** @description How the program is. */
        Health: {
            /**
             * @description `ok`; `degraded`: it serves, and `degraded` says what is worse than usual; `starting`, `unavailable` or `stopping`: send
             *     requests elsewhere.
             * @example ok
             */
            status: string;
            /** @description Whether the database answers: `ok` or `unavailable`. */
            database?: string | null;
            /** @description Whether there are keys that verify tokens: `ok` or `unavailable`. */
            keys?: string | null;
            /**
             * @description What is worse than usual: `keys_stale` (Clerk has not confirmed the signing keys lately), `backend_api_away` (members cannot
             *     be changed), `changes_polled` (the database tells of no changes, so they are read twice a second).
             */
            degraded?: string[];
        };
        /** @description An invitation to the organization. */
        Invitation: {
            /** @description Clerk's id. */
            id: string;
            /** @description Whom it was sent to. */
            email_address: string;
            /** @description The role they will have, such as `org:member`. */
            role: string;
            /** @description What became of it. */
            status: components["schemas"]["Status"];
            /** @description Clerk's id of who invited them. */
            inviter_id?: string | null;
            /**
             * Format: date-time
             * @description Until when it can be accepted.
             */
            expires_at?: string | null;
            /**
             * Format: date-time
             * @description When it was sent.
             */
            created_at: string;
        };
        /** @description What was made: an invitation, or a list of them when `invitations` was sent. */
        Invited: components["schemas"]["Invitation"] | components["schemas"]["Invitation"][];
        /** @description A label as it is sent: 1 to 50 characters after trimming. */
        Label: string;
        /** @description Where to go from the root. */
        Links: {
            /** @description The documentation of the API. */
            docs: string;
            /** @description The API document. */
            openapi: string;
            /** @description Health. */
            health: string;
        };
        /** @description Which mail somebody wants. */
        MailPreferences: {
            /** @description When somebody else assigns a task to them. */
            task_assigned: boolean;
            /** @description When they become a member of an organization. */
            member_added: boolean;
            /** @description As an administrator, when the plan is not paid for. */
            plan_past_due: boolean;
            /** @description As an administrator, when there is as much of something as the plan allows. */
            limit_reached: boolean;
        };
        /** @description A change of [`MailPreferences`]: what is absent stays. */
        MailPreferencesChanges: {
            task_assigned?: boolean;
            member_added?: boolean;
            plan_past_due?: boolean;
            limit_reached?: boolean;
        };
        /** @description The caller. */
        Me: {
            /** @description Clerk's id of the person. */
            user_id: string;
            /** @description Clerk's id of the session. */
            session_id: string;
            /** @description The active organization. */
            org_id?: string | null;
            /** @description Its slug. */
            org_slug?: string | null;
            /** @description The role in it, such as `org:admin`. */
            org_role?: string | null;
            /** @description The permissions in it, sorted. */
            org_permissions: string[];
            /** @description The active plans of the organization, or of the person when none is active. */
            plans: string[];
            /** @description The features of those plans. */
            features: string[];
            actor?: components["schemas"]["Actor"] | null;
            /** @description Name, address and picture. */
            profile: components["schemas"]["Profile"];
            /** @description What the plan allows. */
            entitlements: components["schemas"]["Entitlements"];
        };
        /** @description A member of the organization. */
        Member: {
            /** @description Clerk's id of the person. */
            user_id: string;
            /** @description The role, such as `org:admin`. */
            role: string;
            /** @description First and last name. */
            name?: string | null;
            /** @description The primary address. */
            email?: string | null;
            /** @description A picture. */
            image_url?: string | null;
            /**
             * Format: date-time
             * @description When they joined.
             */
            created_at: string;
        };
        /** @description What can be changed of a member. */
        MemberChanges: {
            /**
             * @description The new role, with or without `org:`.
             * @example org:member
             */
            role: string;
        };
        /** @description What can be changed of the caller. Absent stays as it is, null clears. */
        MyChanges: {
            /**
             * @description First name.
             * @default null
             * @example Ines
             */
            first_name: string | null;
            /**
             * @description Last name.
             * @default null
             * @example Okafor
             */
            last_name: string | null;
        };
        /** @description A comment to be written. */
        NewComment: {
            /** @description 1 to 10 000 characters after trimming. */
            body: string;
        };
        /** @description Whom to invite: one person by `email_address` and `role`, or several by `invitations`. */
        NewInvitations: {
            /**
             * Format: email
             * @description Where the invitation goes.
             * @example uma@example.com
             */
            email_address?: string | null;
            /**
             * @description The role they will have, with or without `org:`.
             * @example org:member
             */
            role?: string | null;
            /** @description Several at once: all are invited, or none is. */
            invitations?: components["schemas"]["OneOfSeveral"][] | null;
        };
        /** @description A task to be created. */
        NewTask: {
            /** @description 1 to 255 characters after trimming. */
            title: string;
            /** @description At most 10 000 characters. */
            description?: string | null;
            /** @description `pending` when absent. */
            status?: components["schemas"]["TaskStatus"];
            /** @description `medium` when absent. */
            priority?: components["schemas"]["TaskPriority"];
            /** @description At most 50 characters. */
            category?: string | null;
            /** @description At most 20, each of 1 to 50 characters; repetitions are dropped. */
            labels?: components["schemas"]["Label"][] | null;
            /** @description A member of the organization. */
            assignee_id?: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, between the years 1000 and 9998.
             */
            due_date?: string | null;
        };
        /** @description Of members and of tasks. */
        Numbers: {
            /**
             * Format: int64
             * @description Members and pending invitations.
             */
            members: number;
            /**
             * Format: int64
             * @description Tasks.
             */
            tasks: number;
        };
        /** @description One of several people to invite. */
        OneOfSeveral: {
            /**
             * Format: email
             * @description Where the invitation goes.
             * @example uma@example.com
             */
            email_address: string;
            /**
             * @description The role they will have, with or without `org:`.
             * @example org:member
             */
            role: string;
        };
        /** @description The active organization. */
        Organization: {
            /** @description Clerk's id. */
            id: string;
            /** @description Its name; null until Clerk's announcement has come. */
            name?: string | null;
            /** @description Its slug. */
            slug?: string | null;
            /** @description A picture. */
            image_url?: string | null;
            /**
             * Format: date-time
             * @description When it was created.
             */
            created_at?: string | null;
            /** @description The plan's slug; null while none is known. */
            plan?: string | null;
            /** @description The most it may have; 0 means no limit. */
            limits: components["schemas"]["Numbers"];
            /** @description What it has; pending invitations count as members. */
            usage: components["schemas"]["Numbers"];
        };
        /** @description An organization the caller belongs to. */
        OrganizationMembership: {
            /** @description Clerk's id. */
            id: string;
            /** @description Its name. */
            name: string;
            /** @description Its slug. */
            slug?: string | null;
            /** @description A picture. */
            image_url?: string | null;
            /** @description The caller's role in it. */
            role: string;
            /** @description Whether it is the one the token names. */
            active: boolean;
        };
        /** @description An attempt to collect money. */
        Payment: {
            /** @description `pending`, `paid` or `failed`. */
            status: string;
            /**
             * Format: int64
             * @description In the smallest unit of the currency.
             */
            amount?: number | null;
            /** @description Of the amount, such as `USD`. */
            currency?: string | null;
            /** @description Why it failed. */
            failed_code?: string | null;
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
        };
        /** @description From when to when a plan is paid for. */
        Period: {
            /** @description `month` or `annual`. */
            interval?: string | null;
            /**
             * Format: date-time
             * @description When it began.
             */
            start: string;
            /**
             * Format: date-time
             * @description When it ends.
             */
            end: string;
        };
        /** @description What the caller wants to be told. */
        Preferences: {
            /** @description By mail. */
            mail: components["schemas"]["MailPreferences"];
        };
        /** @description A change of preferences: what is absent stays. */
        PreferencesChanges: {
            /** @description By mail. */
            mail?: components["schemas"]["MailPreferencesChanges"];
        };
        /** @description An error answer: `application/problem+json` (RFC 9457). */
        Problem: {
            /**
             * @description A URI that names the kind of problem; ends with `code`.
             * @example urn:tenantry:problem:task_not_found
             */
            type: string;
            /** @description The status in words. */
            title: string;
            /**
             * Format: int32
             * @description The HTTP status.
             */
            status: number;
            /** @description A sentence for people. */
            detail: string;
            /**
             * @description Stable, for programs.
             * @example task_not_found
             */
            code: string;
            /** @description Finds the request in the log. */
            request_id: string;
            /** @description The permission that was missing. */
            permission?: string | null;
            /**
             * Format: int64
             * @description With 402: the most that the plan allows.
             */
            limit?: number | null;
            /**
             * Format: int64
             * @description With 402: how many there are.
             */
            used?: number | null;
            /** @description With 402: the plan's slug. */
            plan?: string | null;
            /**
             * Format: int64
             * @description With 402: how many seats the organization has bought, where the plan counts seats.
             */
            seats_quantity?: number | null;
            clerk_error?: components["schemas"]["ReverificationHint"] | null;
            /** @description Each unacceptable part of the request (422). */
            errors?: components["schemas"]["FieldError"][] | null;
        };
        /** @description How a person is shown to others. */
        Profile: {
            /** @description First and last name. */
            name?: string | null;
            /** @description The primary address. */
            email?: string | null;
            /** @description A picture. */
            image_url?: string | null;
        };
        /** @description That a delivery was taken. */
        Received: {
            /** @description Always true. */
            received: boolean;
        };
        /**
         * @description Clerk's hint that a factor must be verified again, which `useReverification` acts upon.
         *
         *     As `reverificationError` of `@clerk/shared` makes it; it stands in a body under `clerk_error`.
         */
        ReverificationHint: {
            /**
             * @description Always `forbidden`.
             * @example forbidden
             */
            type: string;
            /**
             * @description Always `reverification-error`.
             * @example reverification-error
             */
            reason: string;
            /** @description What is demanded. */
            metadata: components["schemas"]["ReverificationHintMetadata"];
        };
        /** @description What a step-up demands. */
        ReverificationHintMetadata: {
            /**
             * @description `lax`, `moderate`, `strict` or `strict_mfa`.
             * @example strict
             */
            reverification: string;
        };
        /**
         * @description What became of an invitation.
         * @enum {string}
         */
        Status: "pending" | "accepted" | "revoked" | "expired";
        /** @description A task. */
        Task: {
            /**
             * Format: uuid
             * @description Ours, a UUIDv7: ids in order are in order of age.
             */
            id: string;
            /** @description The organization; null in a personal workspace. */
            org_id?: string | null;
            /** @description 1 to 255 characters. */
            title: string;
            /** @description At most 10 000 characters. */
            description?: string | null;
            /** @description How far it is. */
            status: components["schemas"]["TaskStatus"];
            /** @description Whether `status` is `completed`. */
            completed: boolean;
            /**
             * Format: date-time
             * @description When it was completed.
             */
            completed_at?: string | null;
            /** @description How urgent it is. */
            priority: components["schemas"]["TaskPriority"];
            /** @description At most 50 characters. */
            category?: string | null;
            /** @description At most 20. */
            labels: string[];
            /** @description The member who is to do it. */
            assignee_id?: string | null;
            /**
             * Format: date-time
             * @description When it is due.
             */
            due_date?: string | null;
            /** @description Who created it. */
            created_by: string;
            /** @description Who changed it last. */
            updated_by: string;
            /**
             * Format: date-time
             * @description When it was created.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When it was changed last.
             */
            updated_at: string;
        };
        /** @description Changes to a task: what is absent stays, null clears. */
        TaskChanges: {
            /** @description 1 to 255 characters after trimming. */
            title?: string;
            /** @description At most 10 000 characters. */
            description?: string | null;
            /** @description How far it is. */
            status?: components["schemas"]["TaskStatus"];
            /** @description Sets `status`: true to `completed`, false from `completed` to `pending`. */
            completed?: boolean;
            /** @description How urgent it is. */
            priority?: components["schemas"]["TaskPriority"];
            /** @description At most 50 characters. */
            category?: string | null;
            /** @description At most 20, each of 1 to 50 characters; replaces them all. */
            labels?: components["schemas"]["Label"][] | null;
            /** @description A member of the organization. */
            assignee_id?: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, between the years 1000 and 9998.
             */
            due_date?: string | null;
        };
        /** @description How many tasks there are of each priority. */
        TaskPriorities: {
            /**
             * Format: int64
             * @description Can wait.
             */
            low: number;
            /**
             * Format: int64
             * @description As usual.
             */
            medium: number;
            /**
             * Format: int64
             * @description Before others.
             */
            high: number;
        };
        /**
         * @description How urgent a task is.
         * @enum {string}
         */
        TaskPriority: "low" | "medium" | "high";
        /** @description How many tasks there are, by how far they are and how urgent. */
        TaskStats: {
            /**
             * Format: int64
             * @description All of them.
             */
            total: number;
            /**
             * Format: int64
             * @description Not begun.
             */
            pending: number;
            /**
             * Format: int64
             * @description Begun.
             */
            started: number;
            /**
             * Format: int64
             * @description Done.
             */
            completed: number;
            /**
             * Format: int64
             * @description Past their due date and not done.
             */
            overdue: number;
            /** @description By priority. */
            by_priority: components["schemas"]["TaskPriorities"];
        };
        /**
         * @description How far a task is.
         * @enum {string}
         */
        TaskStatus: "pending" | "started" | "completed";
        /** @description A task in the trash. */
        TrashedTask: components["schemas"]["Task"] & {
            /**
             * Format: date-time
             * @description When it was deleted.
             */
            deleted_at?: string | null;
            /** @description Who deleted it. */
            deleted_by?: string | null;
            /**
             * Format: date-time
             * @description Until when it can be restored; then it is gone for good.
             */
            purge_at?: string | null;
        };
        /** @description A plan that begins later. */
        Upcoming: {
            /** @description Its slug. */
            plan?: string | null;
            /**
             * Format: date-time
             * @description When it begins.
             */
            starts_at: string;
        };
    };
    responses: {
        /** @description `rate_limited`: too much in a short time; nothing was done */
        TooManyRequests: {
            headers: {
                /** @description Requests that may be sent at once */
                "RateLimit-Limit"?: number;
                /** @description How many of them may still be sent now */
                "RateLimit-Remaining"?: number;
                /** @description Seconds until all of them may be again */
                "RateLimit-Reset"?: number;
                /** @description Seconds until the next request may be sent */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    get_root: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Name, version, links */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["About"];
                };
            };
            /** @description A browser, to the dashboard or the documentation */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_audit_log: {
        parameters: {
            query?: {
                /** @description Who did it, by Clerk's id. */
                actor?: string[];
                /** @description What was done, such as `task.created`. */
                action?: ("task.created" | "task.updated" | "task.deleted" | "task.restored" | "task.purged" | "tasks.unassigned" | "comment.created" | "comment.updated" | "comment.deleted" | "member.added" | "member.updated" | "member.removed" | "invitation.created" | "invitation.revoked" | "invitation.accepted" | "invitation.expired" | "organization.updated" | "organization.deleted" | "profile.updated" | "preferences.updated" | "subscription.updated" | "audit_log.exported" | "data.exported")[];
                /** @description The kind of thing it was done to, such as `task` or `member`. */
                target_type?: string;
                /** @description Which thing; needs `target_type`. */
                target_id?: string;
                /** @description At this time or later (RFC 3339). */
                since?: string;
                /** @description Before this time (RFC 3339). */
                until?: string;
                /** @description 1 to 200; 100 when absent. */
                limit?: number;
                /** @description Where the page before ended; taken from its `Link` header. */
                cursor?: string;
                /** @description `json` (the default): one page. `ndjson`, `csv`: every entry that is meant, as a file; that is itself recorded. */
                format?: "json" | "ndjson" | "csv";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page, or a file */
            200: {
                headers: {
                    /** @description The next page, `rel="next"` */
                    Link?: string | null;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditEntry"][];
                    "application/x-ndjson": string;
                    "text/csv": string;
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_billing: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How the organization stands */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Billing"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listen_to_events: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `id` of the last event that was heard */
                "Last-Event-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The stream */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["ChangeEvent"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_invitations: {
        parameters: {
            query?: {
                /** @description What became of them: `pending`, `accepted`, `revoked`, `expired`. */
                status?: components["schemas"]["Status"][];
                /** @description 1 to 200; 100 when absent. */
                limit?: number;
                /** @description Rows to pass over, at most 10 000. */
                offset?: number;
                /** @description Where the page before ended; taken from its `Link` header. */
                cursor?: string;
                /** @description `exact` adds `X-Total-Count`. */
                count?: "exact";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page */
            200: {
                headers: {
                    /** @description The next page, `rel="next"` */
                    Link?: string | null;
                    /** @description All matching invitations, on `count=exact` */
                    "X-Total-Count"?: number | null;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invitation"][];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_invitations: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes sending it again safe, for 24 hours */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewInvitations"];
            };
        };
        responses: {
            /** @description Invited: an invitation, or a list when `invitations` was sent */
            201: {
                headers: {
                    /** @description Its version, of one */
                    ETag?: string | null;
                    /** @description Where it is, of one */
                    Location?: string | null;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invited"];
                };
            };
            /** @description `member_limit_reached`: members and open invitations are as many as the plan allows */
            402: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `permission_missing`, also when Clerk does not let the caller invite; `admin_required` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invitation_exists`, `already_member`; `idempotency_in_progress` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description An address or a role that is not accepted */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description `clerk_unavailable`: Clerk did not answer, and whether they were invited shows when its webhook comes */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_invitation: {
        parameters: {
            query?: never;
            header?: {
                /** @description 304 when the invitation still has this ETag */
                "If-None-Match"?: string;
            };
            path: {
                /** @description Clerk's id of the invitation */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The invitation */
            200: {
                headers: {
                    /** @description Its version */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invitation"];
                };
            };
            /** @description Unchanged */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            429: components["responses"]["TooManyRequests"];
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_invitation: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag the invitation must have, looked at before Clerk is asked */
                "If-Match"?: string;
            };
            path: {
                /** @description Clerk's id of the invitation */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Taken back */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invitation_not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invitation_not_pending` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed meanwhile; `ETag` has the current version */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description `clerk_unavailable`: Clerk did not answer, and whether it was taken back shows when its webhook comes */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The caller */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    update_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MyChanges"];
            };
        };
        responses: {
            /** @description The caller as they are now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description A name that is not accepted */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description `clerk_unavailable`: Clerk did not answer, and whether the names were changed shows when its webhook comes */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_preferences: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What the caller wants to be told */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Preferences"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    update_preferences: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PreferencesChanges"];
            };
        };
        responses: {
            /** @description What the caller wants to be told now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Preferences"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_members: {
        parameters: {
            query?: {
                /** @description In the name or the address, whatever the case. At most 200 characters. */
                search?: string;
                /** @description Roles, with or without `org:`. */
                role?: string[];
                /** @description 1 to 200; 100 when absent. */
                limit?: number;
                /** @description Rows to pass over, at most 10 000. */
                offset?: number;
                /** @description Where the page before ended; taken from its `Link` header. */
                cursor?: string;
                /** @description `exact` adds `X-Total-Count`. */
                count?: "exact";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page */
            200: {
                headers: {
                    /** @description The next page, `rel="next"` */
                    Link?: string | null;
                    /** @description All matching members, on `count=exact` */
                    "X-Total-Count"?: number | null;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"][];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_member: {
        parameters: {
            query?: never;
            header?: {
                /** @description 304 when the member still has this ETag */
                "If-None-Match"?: string;
            };
            path: {
                /** @description Clerk's id of the person */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The member */
            200: {
                headers: {
                    /** @description Their version */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
            /** @description Unchanged */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            429: components["responses"]["TooManyRequests"];
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_member: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag the member must have, looked at before Clerk is asked */
                "If-Match"?: string;
            };
            path: {
                /** @description Clerk's id of the person */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `permission_missing`; `admin_required`; or `reverification_required`, with `clerk_error` for Clerk's `useReverification` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `member_not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `last_admin`, `managed_by_directory`, or `only_organization` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed meanwhile; `ETag` has the current version */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description `clerk_unavailable`: Clerk did not answer, and whether they were removed shows when its webhook comes */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    update_member: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag the member must have, looked at before Clerk is asked */
                "If-Match"?: string;
            };
            path: {
                /** @description Clerk's id of the person */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MemberChanges"];
            };
        };
        responses: {
            /** @description The member as they are now */
            200: {
                headers: {
                    /** @description Their version */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
            /** @description `permission_missing`; `admin_required`; or `reverification_required`, with `clerk_error` for Clerk's `useReverification` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `member_not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `last_admin`, or `managed_by_directory` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Changed meanwhile; `ETag` has the current version */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Clerk knows no such role */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description `clerk_unavailable`: Clerk did not answer, and whether the role was changed shows when its webhook comes */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_organization: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The active one */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Organization"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_organizations: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrganizationMembership"][];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_tasks: {
        parameters: {
            query?: {
                /** @description `pending`, `started`, `completed`. */
                status?: components["schemas"]["TaskStatus"][];
                /** @description `low`, `medium`, `high`. */
                priority?: components["schemas"]["TaskPriority"][];
                /** @description The category, exactly. */
                category?: string[];
                /** @description A label, exactly. */
                label?: string[];
                /** @description A member's id, `me`, or `none`. */
                assignee?: string[];
                /** @description A member's id, or `me`. */
                created_by?: string[];
                /** @description Whether the task is completed. */
                completed?: boolean;
                /** @description Due earlier than this (RFC 3339). */
                due_before?: string;
                /** @description Due at this time or later (RFC 3339). */
                due_after?: string;
                /** @description In the title or the description, whatever the case. At most 200 characters. */
                search?: string;
                /** @description `created_at` (the default), `updated_at`, `due_date`, `priority`, `title`; camelCase is accepted. */
                sort_by?: "created_at" | "updated_at" | "due_date" | "priority" | "title";
                /** @description `desc` (the default) or `asc`. */
                sort_order?: "asc" | "desc";
                /** @description 1 to 200; 100 when absent. */
                limit?: number;
                /** @description Rows to pass over, at most 10 000. */
                offset?: number;
                /** @description Where the page before ended; taken from its `Link` header. */
                cursor?: string;
                /** @description `exact` adds `X-Total-Count`. */
                count?: "exact";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page */
            200: {
                headers: {
                    /** @description The next page, `rel="next"` */
                    Link?: string | null;
                    /** @description All matching tasks, on `count=exact` */
                    "X-Total-Count"?: number | null;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"][];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_task: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 printable ASCII characters; kept 24 hours */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewTask"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    /** @description Its version */
                    ETag?: string;
                    /** @description `true` when it was created by an earlier request with this key */
                    "Idempotency-Replayed"?: string | null;
                    /** @description Where it is */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            /** @description `task_limit_reached`: the plan allows no more; `limit`, `used` and `plan` say how many */
            402: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_task_stats: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The numbers */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaskStats"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_trash: {
        parameters: {
            query?: {
                /** @description 1 to 200; 100 when absent. */
                limit?: number;
                /** @description Rows to pass over, at most 10 000. */
                offset?: number;
                /** @description Where the page before ended; taken from its `Link` header. */
                cursor?: string;
                /** @description `exact` adds `X-Total-Count`. */
                count?: "exact";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page */
            200: {
                headers: {
                    /** @description The next page, `rel="next"` */
                    Link?: string | null;
                    /** @description All tasks in the trash, on `count=exact` */
                    "X-Total-Count"?: number | null;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrashedTask"][];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_trashed_task: {
        parameters: {
            query?: never;
            header?: {
                /** @description 304 when the task still has this ETag */
                "If-None-Match"?: string;
            };
            path: {
                /** @description The task */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The task */
            200: {
                headers: {
                    /** @description Its version */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrashedTask"];
                };
            };
            /** @description Unchanged */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            429: components["responses"]["TooManyRequests"];
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    purge_task: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag the task must have */
                "If-Match"?: string;
            };
            path: {
                /** @description The task */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted for good */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Changed meanwhile; `ETag` has the current version */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_task: {
        parameters: {
            query?: never;
            header?: {
                /** @description 304 when the task still has this ETag */
                "If-None-Match"?: string;
            };
            path: {
                /** @description The task */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The task */
            200: {
                headers: {
                    /** @description Its version */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            /** @description Unchanged */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            429: components["responses"]["TooManyRequests"];
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    replace_task: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag the task must have */
                "If-Match"?: string;
            };
            path: {
                /** @description The task */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TaskChanges"];
            };
        };
        responses: {
            /** @description The task as it is now */
            200: {
                headers: {
                    /** @description Its version */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            /** @description Changed meanwhile; `ETag` has the current version */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_task: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag the task must have */
                "If-Match"?: string;
            };
            path: {
                /** @description The task */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Changed meanwhile; `ETag` has the current version */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    update_task: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag the task must have */
                "If-Match"?: string;
            };
            path: {
                /** @description The task */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TaskChanges"];
            };
        };
        responses: {
            /** @description The task as it is now */
            200: {
                headers: {
                    /** @description Its version */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            /** @description Changed meanwhile; `ETag` has the current version */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_activity: {
        parameters: {
            query?: {
                /** @description 1 to 200; 100 when absent. */
                limit?: number;
                /** @description Where the page before ended; taken from its `Link` header. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description The task */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page */
            200: {
                headers: {
                    /** @description The next page, `rel="next"` */
                    Link?: string | null;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Activity"][];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_comments: {
        parameters: {
            query?: {
                /** @description `desc` (the default): the newest first; `asc`: as they were written. */
                sort_order?: "asc" | "desc";
                /** @description 1 to 200; 100 when absent. */
                limit?: number;
                /** @description Rows to pass over, at most 10 000. */
                offset?: number;
                /** @description Where the page before ended; taken from its `Link` header. */
                cursor?: string;
                /** @description `exact` adds `X-Total-Count`. */
                count?: "exact";
            };
            header?: never;
            path: {
                /** @description The task */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page */
            200: {
                headers: {
                    /** @description The next page, `rel="next"` */
                    Link?: string | null;
                    /** @description All comments on the task, on `count=exact` */
                    "X-Total-Count"?: number | null;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Comment"][];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_comment: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 printable ASCII characters; kept 24 hours */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description The task */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewComment"];
            };
        };
        responses: {
            /** @description Written */
            201: {
                headers: {
                    /** @description Its version */
                    ETag?: string;
                    /** @description `true` when it was written by an earlier request with this key */
                    "Idempotency-Replayed"?: string | null;
                    /** @description Where it is */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Comment"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_comment: {
        parameters: {
            query?: never;
            header?: {
                /** @description 304 when the comment still has this ETag */
                "If-None-Match"?: string;
            };
            path: {
                /** @description The task */
                id: string;
                /** @description The comment */
                comment_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The comment */
            200: {
                headers: {
                    /** @description Its version */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Comment"];
                };
            };
            /** @description Unchanged */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            429: components["responses"]["TooManyRequests"];
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_comment: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag the comment must have */
                "If-Match"?: string;
            };
            path: {
                /** @description The task */
                id: string;
                /** @description The comment */
                comment_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Changed meanwhile; `ETag` has the current version */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    update_comment: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag the comment must have */
                "If-Match"?: string;
            };
            path: {
                /** @description The task */
                id: string;
                /** @description The comment */
                comment_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CommentChanges"];
            };
        };
        responses: {
            /** @description The comment as it is now */
            200: {
                headers: {
                    /** @description Its version */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Comment"];
                };
            };
            /** @description Changed meanwhile; `ETag` has the current version */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    complete_task: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag the task must have */
                "If-Match"?: string;
            };
            path: {
                /** @description The task */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Completion"];
            };
        };
        responses: {
            /** @description The task as it is now */
            200: {
                headers: {
                    /** @description Its version */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            /** @description Changed meanwhile; `ETag` has the current version */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    restore_task: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 printable ASCII characters; kept 24 hours */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description The task */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The task as it is now */
            200: {
                headers: {
                    /** @description Its version */
                    ETag?: string;
                    /** @description `true` when it was restored by an earlier request with this key */
                    "Idempotency-Replayed"?: string | null;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            /** @description `task_limit_reached`: the plan allows no more; `limit`, `used` and `plan` say how many */
            402: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    receive_clerk_webhook: {
        parameters: {
            query?: never;
            header: {
                /** @description The message's id, the same on every attempt */
                "svix-id": string;
                /** @description When the attempt was made, in Unix seconds; five minutes of tolerance */
                "svix-timestamp": number;
                /** @description `v1,` and base64, one or more, a space between */
                "svix-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        /** @description The event, with `type`, `data` and `timestamp` */
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Applied now or before, or of no interest */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Received"];
                };
            };
            /** @description `signature_invalid`, or `event_malformed`: no JSON object with a `type` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `event_unreadable`: data that is not what the type says */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description `webhook_secret_missing`, or the database is away */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_task_stats_of_person: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The caller's own id; the tasks are those the caller created. */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The numbers */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaskStats"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_tasks_of_person: {
        parameters: {
            query?: {
                /** @description `pending`, `started`, `completed`. */
                status?: components["schemas"]["TaskStatus"][];
                /** @description `low`, `medium`, `high`. */
                priority?: components["schemas"]["TaskPriority"][];
                /** @description The category, exactly. */
                category?: string[];
                /** @description A label, exactly. */
                label?: string[];
                /** @description A member's id, `me`, or `none`. */
                assignee?: string[];
                /** @description A member's id, or `me`. */
                created_by?: string[];
                /** @description Whether the task is completed. */
                completed?: boolean;
                /** @description Due earlier than this (RFC 3339). */
                due_before?: string;
                /** @description Due at this time or later (RFC 3339). */
                due_after?: string;
                /** @description In the title or the description, whatever the case. At most 200 characters. */
                search?: string;
                /** @description `created_at` (the default), `updated_at`, `due_date`, `priority`, `title`; camelCase is accepted. */
                sort_by?: "created_at" | "updated_at" | "due_date" | "priority" | "title";
                /** @description `desc` (the default) or `asc`. */
                sort_order?: "asc" | "desc";
                /** @description 1 to 200; 100 when absent. */
                limit?: number;
                /** @description Rows to pass over, at most 10 000. */
                offset?: number;
                /** @description Where the page before ended; taken from its `Link` header. */
                cursor?: string;
                /** @description `exact` adds `X-Total-Count`. */
                count?: "exact";
            };
            header?: never;
            path: {
                /** @description The caller's own id; the tasks are those the caller created. */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page */
            200: {
                headers: {
                    /** @description The next page, `rel="next"` */
                    Link?: string | null;
                    /** @description All matching tasks, on `count=exact` */
                    "X-Total-Count"?: number | null;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"][];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_task_of_person: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 printable ASCII characters; kept 24 hours */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description The caller's own id; the tasks are those the caller created. */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewTask"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    /** @description Its version */
                    ETag?: string;
                    /** @description `true` when it was created by an earlier request with this key */
                    "Idempotency-Replayed"?: string | null;
                    /** @description Where it is */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            /** @description `task_limit_reached`: the plan allows no more; `limit`, `used` and `plan` say how many */
            402: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_task_of_person: {
        parameters: {
            query?: never;
            header?: {
                /** @description 304 when the task still has this ETag */
                "If-None-Match"?: string;
            };
            path: {
                /** @description The caller's own id; the tasks are those the caller created. */
                user_id: string;
                /** @description The task */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The task */
            200: {
                headers: {
                    /** @description Its version */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            /** @description Unchanged */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            429: components["responses"]["TooManyRequests"];
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    replace_task_of_person: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag the task must have */
                "If-Match"?: string;
            };
            path: {
                /** @description The caller's own id; the tasks are those the caller created. */
                user_id: string;
                /** @description The task */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TaskChanges"];
            };
        };
        responses: {
            /** @description The task as it is now */
            200: {
                headers: {
                    /** @description Its version */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            /** @description Changed meanwhile; `ETag` has the current version */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_task_of_person: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag the task must have */
                "If-Match"?: string;
            };
            path: {
                /** @description The caller's own id; the tasks are those the caller created. */
                user_id: string;
                /** @description The task */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Changed meanwhile; `ETag` has the current version */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    update_task_of_person: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag the task must have */
                "If-Match"?: string;
            };
            path: {
                /** @description The caller's own id; the tasks are those the caller created. */
                user_id: string;
                /** @description The task */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TaskChanges"];
            };
        };
        responses: {
            /** @description The task as it is now */
            200: {
                headers: {
                    /** @description Its version */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            /** @description Changed meanwhile; `ETag` has the current version */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    complete_task_of_person: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag the task must have */
                "If-Match"?: string;
            };
            path: {
                /** @description The caller's own id; the tasks are those the caller created. */
                user_id: string;
                /** @description The task */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Completion"];
            };
        };
        responses: {
            /** @description The task as it is now */
            200: {
                headers: {
                    /** @description Its version */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            /** @description Changed meanwhile; `ETag` has the current version */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It can serve */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description It cannot; the body says what is missing */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
    get_livez: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Alive */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
    get_unsubscribe: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description From a mail */
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    unsubscribe: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description From a mail */
                token: string;
            };
            cookie?: never;
        };
        /** @description `List-Unsubscribe=One-Click` */
        requestBody: {
            content: {
                "application/x-www-form-urlencoded": string;
            };
        };
        responses: {
            /** @description They get no more of it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_readyz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It can */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description It cannot; the body says what is missing */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
}
