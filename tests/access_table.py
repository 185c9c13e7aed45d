"""Who gets where: the one written table. A new address without a row fails tests/integration/test_access_table.py.

A row: the address's name (and which item, stage or job it is tried with), the method, and what each of them gets:
`sign-in` asked who they are · `404` not among theirs, as if it did not exist · `403` not their role or not in their
hands · `in` let through, whatever comes of it. A method without a row is answered with 405.
"""

TABLE = """
# address                                method anonymous outsider expert  reviewer editor   manager  client
annotation:start                         GET   sign-in  in       in       in       in       in       in
annotation:health                        GET   in       in       in       in       in       in       in
annotation:project                       GET   sign-in  404      in       in       in       in       in
annotation:start-next writing            POST  sign-in  404      in       403      403      403      403
annotation:start-next review             POST  sign-in  404      403      in       403      403      403
annotation:start-next editing            POST  sign-in  404      403      403      in       403      403
annotation:start-next adjudication       POST  sign-in  404      403      403      in       403      403
annotation:skip                          POST  sign-in  404      in       404      in       in       404
annotation:heartbeat                     POST  sign-in  404      in       404      in       in       404
annotation:why                           GET   sign-in  404      in       404      404      404      404
annotation:expert-home                   GET   sign-in  404      in       403      403      403      403
annotation:workbench                     GET   sign-in  404      in       403      403      403      403
annotation:draft-save                    POST  sign-in  404      in       403      in       403      403
annotation:live-check                    POST  sign-in  404      in       403      in       403      403
annotation:preview                       POST  sign-in  404      in       403      in       403      403
annotation:submit writing                POST  sign-in  404      in       403      403      403      403
annotation:take-back returned            POST  sign-in  404      in       403      403      403      403
annotation:progress returned             GET   sign-in  404      in       403      403      403      403
annotation:edits returned                GET   sign-in  404      in       403      403      403      403
annotation:comment-answer                POST  sign-in  404      in       403      403      403      403
annotation:dismiss                       POST  sign-in  404      in       403      403      403      403
annotation:undismiss                     POST  sign-in  404      in       403      403      403      403
annotation:edit-response returned        POST  sign-in  404      404      403      403      403      403
annotation:reviewer-home                 GET   sign-in  404      403      in       403      403      403
annotation:review reviewing              GET   sign-in  404      403      in       403      403      403
annotation:judge reviewing               GET   sign-in  404      403      in       403      403      403
annotation:judge reviewing               POST  sign-in  404      403      in       403      403      403
annotation:review-open reviewing         POST  sign-in  404      403      in       403      403      403
annotation:editor-home                   GET   sign-in  404      403      403      in       403      403
annotation:edit editing                  GET   sign-in  404      403      403      in       403      403
annotation:edit-open editing             POST  sign-in  404      403      403      in       403      403
annotation:edit-changes editing          POST  sign-in  404      403      403      in       403      403
annotation:edit-finish editing           GET   sign-in  404      403      403      in       403      403
annotation:edit-finish editing           POST  sign-in  404      403      403      in       403      403
annotation:edit-give-up editing          GET   sign-in  404      403      403      in       403      403
annotation:edit-give-up editing          POST  sign-in  404      403      403      in       403      403
annotation:glossary-add                  POST  sign-in  404      403      403      in       in       403
annotation:adjudicate disputed           GET   sign-in  404      403      403      in       403      403
annotation:adjudicate-open disputed      POST  sign-in  404      403      403      in       403      403
annotation:adjudicate-settle disputed    GET   sign-in  404      403      403      in       403      403
annotation:adjudicate-settle disputed    POST  sign-in  404      403      403      in       403      403
annotation:pipeline                      GET   sign-in  404      403      403      403      in       in
annotation:project-new                   GET   sign-in  403      403      403      403      403      403
annotation:project-new                   POST  sign-in  403      403      403      403      403      403
annotation:project-settings              GET   sign-in  404      403      403      403      in       403
annotation:project-settings              POST  sign-in  404      403      403      403      in       403
annotation:style-guide                   GET   sign-in  404      403      403      403      in       403
annotation:style-guide                   POST  sign-in  404      403      403      403      in       403
annotation:cells                         GET   sign-in  404      403      403      403      in       403
annotation:cells                         POST  sign-in  404      403      403      403      in       403
annotation:cell-new                      GET   sign-in  404      403      403      403      in       403
annotation:cell-new                      POST  sign-in  404      403      403      403      in       403
annotation:cells-import                  GET   sign-in  404      403      403      403      in       403
annotation:cells-import                  POST  sign-in  404      403      403      403      in       403
annotation:cell-edit                     GET   sign-in  404      403      403      403      in       403
annotation:cell-edit                     POST  sign-in  404      403      403      403      in       403
annotation:cell-remove                   POST  sign-in  404      403      403      403      in       403
annotation:diversity                     GET   sign-in  404      403      403      403      in       403
annotation:diversity-measure             POST  sign-in  404      403      403      403      in       403
annotation:diversity-cell                GET   sign-in  404      403      403      403      in       403
annotation:diversity-avoid               POST  sign-in  404      403      403      403      in       403
annotation:routing                       GET   sign-in  404      403      403      403      in       403
annotation:routing-fit                   POST  sign-in  404      403      403      403      in       403
annotation:routing-use                   POST  sign-in  404      403      403      403      in       403
annotation:routing-overrule              POST  sign-in  404      403      403      403      in       403
annotation:routing-undo                  POST  sign-in  404      403      403      403      in       403
annotation:guideline                     GET   sign-in  404      in       in       in       in       in
annotation:guideline-edit                GET   sign-in  404      403      403      403      in       403
annotation:guideline-edit                POST  sign-in  404      403      403      403      in       403
annotation:clause-new                    GET   sign-in  404      403      403      403      in       403
annotation:clause-new                    POST  sign-in  404      403      403      403      in       403
annotation:clause-edit                   GET   sign-in  404      403      403      403      in       403
annotation:clause-edit                   POST  sign-in  404      403      403      403      in       403
annotation:clause-remove                 POST  sign-in  404      403      403      403      in       403
annotation:guideline-preview             POST  sign-in  404      403      403      403      in       403
annotation:checks                        GET   sign-in  404      403      403      403      in       403
annotation:checks-csv                    GET   sign-in  404      403      403      403      in       403
annotation:checks-findings               GET   sign-in  404      403      403      403      in       403
annotation:checks-switches               GET   sign-in  404      403      403      403      in       403
annotation:checks-switch                 GET   sign-in  404      403      403      403      in       403
annotation:checks-switch                 POST  sign-in  404      403      403      403      in       403
annotation:checks-undo                   POST  sign-in  404      403      403      403      in       403
annotation:finding-rule reviewing        POST  sign-in  404      403      in       403      403      403
annotation:engines                       GET   sign-in  403      403      403      403      in       403
annotation:reviewers                     GET   sign-in   404      403      403      403      in       403
annotation:reviewers-csv                 GET   sign-in   404      403      403      403      in       403
annotation:reviewer-figures              GET   sign-in   404      403      403      403      in       403
annotation:reviewer-cases                GET   sign-in   404      403      403      403      in       403
annotation:reviewer-texts                GET   sign-in   404      403      403      403      in       403
annotation:reviewer-estimates            GET   sign-in   404      403      403      403      in       403
annotation:control-looks                 GET   sign-in   404      403      403      403      in       403
annotation:control-items                 GET   sign-in   404      403      403      403      in       403
annotation:control-settings              POST  sign-in   404      403      403      403      in       403
annotation:control-use                   POST  sign-in   404      403      403      403      in       403
annotation:control-make rejected         POST  sign-in   404      403      403      403      in       403
annotation:second-look-seen              POST  sign-in   404      403      403      in       in       403
annotation:people                        GET   sign-in  404      403      403      403      in       403
annotation:invite                        GET   sign-in  404      403      403      403      in       403
annotation:invite                        POST  sign-in  404      403      403      403      in       403
annotation:invitation-resend             POST  sign-in  404      403      403      403      in       403
annotation:invitation-revoke             POST  sign-in  404      403      403      403      in       403
annotation:experts                       GET   sign-in  404      403      403      403      in       403
annotation:experts-csv                   GET   sign-in  404      403      403      403      in       403
annotation:parity                        GET   sign-in  404      403      403      403      in       403
annotation:standing-rule                 GET   sign-in  404      403      403      403      in       403
annotation:standing-rule-preview         POST  sign-in  404      403      403      403      in       403
annotation:standing-rule-adopt           POST  sign-in  404      403      403      403      in       403
annotation:standing-rule-earlier         POST  sign-in  404      403      403      403      in       403
annotation:alerts                        GET   sign-in  404      403      403      403      in       403
annotation:alert-close                   POST  sign-in  404      403      403      403      in       403
annotation:alert-reopen                  POST  sign-in  404      403      403      403      in       403
annotation:expert-page                   GET   sign-in  404      403      403      403      in       403
annotation:expert-verify                 GET   sign-in  404      403      403      403      in       403
annotation:expert-decide                 POST  sign-in  404      403      403      403      in       403
annotation:expert-lift                   POST  sign-in  404      403      403      403      in       403
annotation:expert-message                POST  sign-in  404      403      403      403      in       403
annotation:expert-training               POST  sign-in  404      403      403      403      in       403
annotation:my-standing                   GET   sign-in  404      in       in       403      403      403
annotation:person                        GET   sign-in  404      403      403      403      in       403
annotation:person-roles                  POST  sign-in  404      403      403      403      in       403
annotation:person-remove                 POST  sign-in  404      403      403      403      in       403
annotation:qualify                       POST  sign-in  404      403      403      403      in       403
annotation:qualification-withdraw        POST  sign-in  404      403      403      403      in       403
annotation:onboarding                    GET   sign-in  404      403      403      403      in       403
annotation:onboarding-people             GET   sign-in  404      403      403      403      in       403
annotation:onboarding-remind             POST  sign-in  404      403      403      403      in       403
annotation:applications-decide           POST  sign-in  404      403      403      403      in       403
annotation:application-read              GET   sign-in  404      403      403      403      in       403
annotation:application-cv                GET   sign-in  404      403      403      403      in       403
annotation:call-new                      GET   sign-in  404      403      403      403      in       403
annotation:call-new                      POST  sign-in  404      403      403      403      in       403
annotation:call-manage                   GET   sign-in  404      403      403      403      in       403
annotation:call-edit                     GET   sign-in  404      403      403      403      in       403
annotation:call-edit                     POST  sign-in  404      403      403      403      in       403
annotation:call-link                     POST  sign-in  404      403      403      403      in       403
annotation:call-change                   POST  sign-in  404      403      403      403      in       403
annotation:call-invite                   GET   sign-in  404      403      403      403      in       403
annotation:call-invite                   POST  sign-in  404      403      403      403      in       403
annotation:call-send                     POST  sign-in  404      403      403      403      in       403
annotation:call-invitation-withdraw      POST  sign-in  404      403      403      403      in       403
annotation:call                          GET   in       in       in       in       in       in       in
annotation:call                          POST  in       in       in       in       in       in       in
annotation:call-enter                    GET   in       in       in       in       in       in       in
annotation:call-enter                    POST  in       403      403      403      403      403      403
annotation:application                   GET   sign-in  in       404      404      404      404      404
annotation:application-save              POST  sign-in  in       404      404      404      404      404
annotation:application-send              POST  sign-in  in       404      404      404      404      404
annotation:application-cv-keep           POST  sign-in  in       404      404      404      404      404
annotation:application-withdraw          POST  sign-in  in       404      404      404      404      404
annotation:application-resume            POST  sign-in  in       404      404      404      404      404
annotation:mail-stop                     GET   in       in       in       in       in       in       in
annotation:mail-stop                     POST  in       in       in       in       in       in       in
annotation:join                          GET   in       in       in       in       in       in       in
annotation:join                          POST  in       403      403      403      403      403      403
annotation:my-tests                      GET   sign-in  404      in       in       403      403      403
annotation:test-start                    POST  sign-in  404      in       in       403      403      403
annotation:attempt                       GET   sign-in  404      in       404      403      403      403
annotation:attempt-answer                POST  sign-in  404      in       404      403      403      403
annotation:attempt-piece                 POST  sign-in  404      in       404      403      403      403
annotation:attempt-finish                POST  sign-in  404      in       404      403      403      403
annotation:tests                         GET   sign-in  404      403      403      in       in       403
annotation:test                          GET   sign-in  404      403      403      in       in       403
annotation:test                          POST  sign-in  404      403      403      in       in       403
annotation:test-open                     POST  sign-in  404      403      403      in       in       403
annotation:test-close                    POST  sign-in  404      403      403      in       in       403
annotation:test-item                     GET   sign-in  404      403      403      in       in       403
annotation:test-item                     POST  sign-in  404      403      403      in       in       403
annotation:test-item-retire              POST  sign-in  404      403      403      in       in       403
annotation:test-item-confirm             POST  sign-in  404      403      403      in       in       403
annotation:pieces                        GET   sign-in  404      403      403      in       in       403
annotation:piece                         GET   sign-in  404      403      404      in       in       403
annotation:piece                         POST  sign-in  404      403      404      in       in       403
annotation:piece-next                    POST  sign-in  404      403      in       403      403      403
annotation:piece-take                    POST  sign-in  404      403      403      in       in       403
annotation:piece-skip                    POST  sign-in  404      403      404      in       in       403
annotation:piece-heartbeat               POST  sign-in  404      403      404      in       in       403
annotation:use-in-test rejected          POST  sign-in  404      403      403      in       in       403
annotation:training-home                 GET   sign-in  404      in       in       403      403      403
annotation:training-begin                POST  sign-in  404      in       in       403      403      403
annotation:training                      GET   sign-in  404      in       404      403      403      403
annotation:training-answer               POST  sign-in  404      in       404      403      403      403
annotation:training-sets                 GET   sign-in  404      403      403      in       in       403
annotation:training-set                  GET   sign-in  404      403      403      in       in       403
annotation:training-set                  POST  sign-in  404      403      403      in       in       403
annotation:training-set-open             POST  sign-in  404      403      403      in       in       403
annotation:training-set-retire           POST  sign-in  404      403      403      in       in       403
annotation:training-set-assign           POST  sign-in  404      403      403      404      404      403
annotation:training-task                 GET   sign-in  404      403      403      in       in       403
annotation:training-task                 POST  sign-in  404      403      403      in       in       403
annotation:training-task-retire          POST  sign-in  404      403      403      in       in       403
annotation:training-task-make returned   POST  sign-in  404      403      403      in       in       403
annotation:items                         GET   sign-in  404      403      403      in       in       403
annotation:item                          GET   sign-in  404      in       404      in       in       404
annotation:compare                       GET   sign-in  404      in       404      in       in       404
annotation:appeal rejected               GET   sign-in   404      in       403      403      in       403
annotation:appeal rejected               POST  sign-in   404      in       403      403      in       403
annotation:appeal-draft rejected         POST  sign-in   404      in       403      403      in       403
annotation:guideline-task-resolve        POST  sign-in   404      403      403      403      in       403
annotation:feedback                      GET   sign-in   404      in       in       in       in       403
annotation:feedback-mark                 POST  sign-in   404      in       in       in       in       403
annotation:feedback-ratings              GET   sign-in   404      403      403      403      in       403
annotation:feedback-rate returned        POST  sign-in   404      in       403      403      403      403
annotation:instructions-rate             POST  sign-in   404      in       403      403      403      403
annotation:talk returned                 GET   sign-in   404      in       404      in       in       403
annotation:talk returned                 POST  sign-in   404      in       404      in       in       403
annotation:thread                        GET   sign-in   404      in       404      in       in       403
annotation:thread                        POST  sign-in   404      in       404      in       in       403
annotation:thread-close                  POST  sign-in   404      in       404      in       in       403
annotation:digest-settings               GET   sign-in   in       in       in       in       in       in
annotation:digest-settings               POST  sign-in   in       in       in       in       in       in
annotation:digest-stop                   GET   in        in       in       in       in       in       in
annotation:digest-stop                   POST  in        in       in       in       in       in       in
annotation:release returned              POST  sign-in  404      403      403      403      in       403
annotation:ledger                        GET   sign-in  404      403      403      403      in       403
annotation:ledger-entries                GET   sign-in  404      403      403      403      in       403
annotation:ledger-csv                    GET   sign-in  404      403      403      403      in       403
annotation:ledger-rates                  GET   sign-in  404      403      403      403      in       403
annotation:ledger-rates                  POST  sign-in  404      403      403      403      in       403
annotation:ledger-rate-set               POST  sign-in  404      403      403      403      in       403
annotation:ledger-terms                  POST  sign-in  404      403      403      403      in       403
annotation:ledger-runs                   GET   sign-in  404      403      403      403      in       403
annotation:ledger-pay                    POST  sign-in  404      403      403      403      in       403
annotation:ledger-run                    GET   sign-in  404      403      403      403      in       403
annotation:ledger-run-undo               POST  sign-in  404      403      403      403      in       403
annotation:ledger-run-export             POST  sign-in  404      403      403      403      in       403
annotation:my-pay                        GET   sign-in  404      in       in       in       403      403
annotation:my-pay-csv                    GET   sign-in  404      in       in       in       403      403
annotation:imports                       GET   sign-in  404      403      403      403      in       403
annotation:import-upload                 POST  sign-in  404      403      403      403      in       403
annotation:import-mapping                GET   sign-in  404      403      403      403      in       403
annotation:import-try                    POST  sign-in  404      403      403      403      in       403
annotation:import-start                  POST  sign-in  404      403      403      403      in       403
annotation:import-errors                 GET   sign-in  404      403      403      403      in       403
annotation:exports                       GET   sign-in  404      403      403      403      in       403
annotation:export-start                  POST  sign-in  404      403      403      403      in       403
annotation:export-download export        GET   sign-in  404      403      403      403      in       403
annotation:job                           GET   sign-in  404      403      403      403      in       403
annotation:job-cancel                    POST  sign-in  404      403      403      403      in       403
annotation:job-retry                     POST  sign-in  404      403      403      403      in       403
annotation:job-good-rows                 POST  sign-in  404      403      403      403      in       403
api-schema                               GET   in       in       in       in       in       in       in
api-docs                                 GET   in       in       in       in       in       in       in
api-me                                   GET   403      in       in       in       in       in       in
api-start writing                        POST  403      404      in       403      403      403      403
api-start review                         POST  403      404      403      in       403      403      403
api-start editing                        POST  403      404      403      403      in       403      403
api-start adjudication                   POST  403      404      403      403      in       403      403
api-draft                                PUT   403      404      in       403      in       403      403
api-submit                               POST  403      404      in       403      403      403      403
api-heartbeat                            POST  403      404      in       in       in       in       in
api-skip                                 POST  403      404      in       in       in       in       in
api-judge reviewing                      POST  403      404      403      in       403      403      403
"""

# Of other packages: the group's prefix, what an anonymous and what a signed-in person without staff rights gets.
# `any`: the page is for everybody.
GROUPS = {
    "account_email_verification_sent": ("any", "any"),
    "account_email": ("sign-in", "in"),
    "account_change_password": ("sign-in", "in"),
    "account_set_password": ("sign-in", "in"),
    "account_reauthenticate": ("sign-in", "in"),
    "account_": ("any", "any"),
    "mfa_authenticate": ("any", "any"),
    "mfa_": ("sign-in", "any"),
    "admin:login": ("any", "any"),
    "admin:logout": ("any", "any"),
    "admin:": ("sign-in", "sign-in"),
}
