import pickle

from twinklr.core.errors import InputError


def test_an_error_is_one_line_with_place_expectation_and_cure():
    error = InputError("no models\nin it", where="layout.xml", expected="at least one", cure="add a model")

    assert str(error) == "layout.xml: no models in it (expected at least one); add a model"


def test_an_error_survives_a_process_border():
    error = InputError("broken", where="a.xml", expected="XML", cure="save it again")

    again = pickle.loads(pickle.dumps(error))

    assert type(again) is InputError
    assert (str(again), again.what, again.cure) == (str(error), "broken", "save it again")
