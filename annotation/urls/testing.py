from django.urls import path

from annotation.views import testing, tests, training, training_sets

urlpatterns = [
    path("p/<slug:slug>/qualify/", testing.mine, name="my-tests"),
    path("p/<slug:slug>/qualify/tests/<int:test_id>/start", testing.start, name="test-start"),
    path("p/<slug:slug>/qualify/<int:attempt_id>/", testing.attempt, name="attempt"),
    path("p/<slug:slug>/qualify/<int:attempt_id>/<int:position>/answer", testing.answer, name="attempt-answer"),
    path("p/<slug:slug>/qualify/<int:attempt_id>/piece", testing.piece, name="attempt-piece"),
    path("p/<slug:slug>/qualify/<int:attempt_id>/finish", testing.finish, name="attempt-finish"),
    path("p/<slug:slug>/tests/", tests.tests, name="tests"),
    path("p/<slug:slug>/tests/<int:test_id>/", tests.test, name="test"),
    path("p/<slug:slug>/tests/<int:test_id>/open", tests.test_open, name="test-open"),
    path("p/<slug:slug>/tests/<int:test_id>/close", tests.test_close, name="test-close"),
    path("p/<slug:slug>/tests/items/<int:test_item_id>/", tests.test_item, name="test-item"),
    path("p/<slug:slug>/tests/items/<int:test_item_id>/retire", tests.test_item_retire, name="test-item-retire"),
    path("p/<slug:slug>/tests/items/<int:test_item_id>/confirm", tests.test_item_confirm, name="test-item-confirm"),
    path("p/<slug:slug>/tests/pieces/", tests.pieces, name="pieces"),
    path("p/<slug:slug>/tests/pieces/<int:piece_id>/", tests.piece, name="piece"),
    path("p/<slug:slug>/items/<int:item_id>/use-in-test", tests.use_in_test, name="use-in-test"),
    path("p/<slug:slug>/training/", training.home, name="training-home"),
    path("p/<slug:slug>/training/sets/<int:set_id>/begin", training.begin, name="training-begin"),
    path("p/<slug:slug>/training/<int:assignment_id>/", training.training, name="training"),
    path(
        "p/<slug:slug>/training/<int:assignment_id>/<int:training_task_id>/answer",
        training.answer,
        name="training-answer",
    ),
    path("p/<slug:slug>/training-sets/", training_sets.sets, name="training-sets"),
    path("p/<slug:slug>/training-sets/<int:set_id>/", training_sets.training_set, name="training-set"),
    path("p/<slug:slug>/training-sets/<int:set_id>/open", training_sets.set_open, name="training-set-open"),
    path("p/<slug:slug>/training-sets/<int:set_id>/retire", training_sets.set_retire, name="training-set-retire"),
    path("p/<slug:slug>/training-sets/<int:set_id>/assign", training_sets.set_assign, name="training-set-assign"),
    path("p/<slug:slug>/training-sets/tasks/<int:training_task_id>/", training_sets.task, name="training-task"),
    path(
        "p/<slug:slug>/training-sets/tasks/<int:training_task_id>/retire",
        training_sets.task_retire,
        name="training-task-retire",
    ),
    path(
        "p/<slug:slug>/items/<int:item_id>/make-training-task/<str:source>/<int:source_id>",
        training_sets.make,
        name="training-task-make",
    ),
]
