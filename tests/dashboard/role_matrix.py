"""The matrix of who may do what: every service that pages or routes use, in a world where each part is taken.

A row names what it needs. ``CLASS`` rows are asked in a class, all others in a project that is rated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

from dashboard.services import (
    accounts,
    adjudication,
    agreement,
    analysis_stop,
    anchoring,
    answering,
    assigned_lines,
    assigning,
    bringing_in,
    case_table,
    class_takes,
    classes,
    clip_list,
    consents,
    cue_check,
    drafts,
    enrolment,
    export_download,
    face_choice,
    feedback,
    figures_basis,
    figures_store,
    gold,
    grade_book,
    grading,
    guidelines,
    importing,
    intensity_maps,
    intensity_view,
    invitations,
    label_sets,
    language_functioning,
    left_out,
    media_store,
    members,
    predictions,
    project_setup,
    projects,
    qualification,
    queue,
    rater_quality,
    rating_protocol,
    recalibrate,
    releasing,
    removal,
    retention,
    review,
    scene_view,
    scenes,
    scripts,
    skipped_tasks,
    student_work,
    system_choice,
    systems_compared,
    takes,
    task_progress,
    threshold_trial,
    thresholds,
    traces,
    tuning,
    undoing,
    uploads,
)
from dashboard.services.accepted_answer import Accepted
from dashboard.services.foreign import ForeignTable
from dashboard.services.permissions import ALLOWED, Act
from dashboard.services.recording_pass import Performer
from dashboard.services.takes import Wanted
from db import clips, flags, people, session
from db import predictions as stored_predictions
from db.records import (
    ClipDetails,
    ClipRecord,
    ConsentScope,
    IntensitySide,
    PersonRecord,
    ProjectRecord,
    Purpose,
    SceneRecord,
    ScriptRecord,
    SetWorkRecord,
    SkipReason,
    TaskKey,
)
from engine.vocabulary import Channel, Delivery, Emotion, LineSource, Modality, Protocol, Role, SystemName
from tests.dashboard.class_made import made_take, made_work, scores
from tests.dashboard.project_made import made_clip, made_source

STRANGER: Final = "stranger"
PARTIES: Final = (*(role.value for role in Role), STRANGER)
LINE: Final = "How dare you leave me here!"


@dataclass(frozen=True, slots=True)
class World:
    """A project that is rated, a class, and somebody with each part in both.

    Attributes
    ----------
    who : Mapping of str to PersonRecord
        By party; the stranger has an account and no part.
    other : PersonRecord
        Another student of the class, whose take ``taken`` is; ``own`` is the take of who is a party.
    """

    project: ProjectRecord
    room: ProjectRecord
    who: Mapping[str, PersonRecord]
    other: PersonRecord
    clip: ClipRecord
    work: SetWorkRecord
    taken: ClipRecord
    own: ClipRecord
    script: ScriptRecord
    scene: SceneRecord
    prediction_id: int
    flag_id: int
    invitation_id: int
    performed: str
    performed_key: str
    remark_id: int

    def task(self, person_id: int) -> TaskKey:
        return TaskKey(self.clip.id, person_id, Channel.FULL, 1)


Call = Callable[[World, int], Any]


@dataclass(frozen=True, slots=True)
class Row:
    """A service and who may use it.

    Attributes
    ----------
    may : frozenset of str
        Of :data:`PARTIES`.
    hidden : bool
        Whether who may not is told that there is nothing, in place of that they may not.
    """

    call: Call
    may: frozenset[str]
    hidden: bool = False


def needs(act: Act) -> frozenset[str]:
    """The parties whose part allows an act."""
    return frozenset(role.value for role, acts in ALLOWED.items() if act in acts)


RATES: Final = needs(Act.RATE)
LEADS: Final = needs(Act.SET_UP)
SEES: Final = needs(Act.SEE_MACHINE)
TEACHES: Final = needs(Act.TEACH)
GRADES: Final = needs(Act.GRADE)
MEMBERS: Final = frozenset(role.value for role in Role)
STUDENT: Final = frozenset({Role.STUDENT.value})
ADMIN: Final = frozenset({Role.ADMIN.value})
LEAD: Final = frozenset({Role.INSTRUCTOR.value})  # who made the remark


def made_world() -> World:
    """Build it; everything in it is stored in the data folder of the test."""
    accounts.add("Owner", None, is_admin=True)
    project, room = projects.create("Hamlet"), projects.create("Spring class", is_class=True)
    who = {party: accounts.add(f"The {party}", None) for party in PARTIES}
    other = accounts.add("Other student", None)
    with session.writing() as s:
        for place in (project, room):
            for role in Role:
                people.join(s, place.id, who[role.value].id, role)
        people.join(s, room.id, other.id, Role.STUDENT)
    lead, student = who[Role.INSTRUCTOR.value], who[Role.STUDENT.value]
    film = media_store.put_bytes(b"\x00\x00\x00\x20ftypisom-of-a-rated-clip")
    clip = made_clip(project, line=LINE, media_key=film.key, sha256=film.sha256)
    work = classes.set_work(room.id, made_work(), person_id=lead.id)
    taken, own = made_take(room, 1), made_take(room, 2)
    class_takes.hand_in(taken.id, work.id, other.id)
    class_takes.hand_in(own.id, work.id, student.id)
    script = scripts.bring_in(project.id, _script(), person_id=lead.id)
    scene = scenes.bring_in(
        project.id, BytesIO(b"a film"), name="scene.mp4", cuts=_cuts(), script_id=None, person_id=lead.id
    )
    performed = takes.add(
        Performer(project.id, lead.id),
        BytesIO(b"performed"),
        name="take.webm",
        wanted=Wanted(LINE),
        recording_key="p" * 32,
    )
    with session.writing() as s:
        found = stored_predictions.latest_for(s, clip.id)
        assert found is not None
        performed_key = clips.get(s, performed.clip_id).media_key
        flag = flags.add(s, clip.id, lead.id, reason="cannot_hear", note="")
    invitations.invite(project.id, Role.RATER, person_id=lead.id)
    (invitation,) = invitations.listing(project.id, person_id=lead.id)
    remark = grading.comment(taken.id, at_s=0.5, text="Louder", person_id=lead.id)
    return World(
        project=project,
        room=room,
        who=who,
        other=other,
        clip=clip,
        work=work,
        taken=taken,
        own=own,
        script=script,
        scene=scene,
        prediction_id=found.id,
        flag_id=flag.id,
        invitation_id=invitation.id,
        performed=performed.clip_id,
        performed_key=performed_key,
        remark_id=remark.id,
    )


def _script() -> Any:
    from dashboard.services.script_reading import read_typed

    return read_typed(f"{LINE}\nGo away.", title="A scene")


def _cuts() -> Any:
    return scenes.Cuts("times.csv", b"start,end,line,speaker\n0,1.5,Go.,A\n")


def _details() -> ClipDetails:
    return ClipDetails(LINE, LineSource.GIVEN, "Lea", "en", None, None, None)


def _answer() -> Any:
    from dashboard.services.rating import Answer

    return Answer(delivery=0, emotion=Emotion.ANGER, expected_intensity=0.5, expressed_intensity=0.5)


def _stored(world: World) -> Any:
    with session.reading() as s:
        found = stored_predictions.by_id(s, world.prediction_id)
    return predictions.stored(found)


def _table() -> ForeignTable:
    return ForeignTable(name="answers.csv", sha256="0" * 64, kind="answers", bad=(), answers=())


def _source() -> importing.Source:
    return importing.Source(name="new.mp4", open=lambda: BytesIO(b"\x00\x00\x00\x20ftypisom-new"))


def _imported(world: World, who: int) -> Any:
    """An import refuses file by file; what became of the one counts."""
    report = importing.import_clips(world.project.name, [_source()], person_id=who)
    if report.refused:
        from dashboard.services.permissions import NotAllowedError

        raise NotAllowedError(report.refused[0].sentence)
    return report


def _p(call: Callable[[World, int], Any], may: frozenset[str], *, hidden: bool = False) -> Row:
    return Row(call, may, hidden)


ROWS: Final[dict[str, Row]] = {
    "adjudication.agenda": _p(lambda w, who: adjudication.agenda(w.project.id, person_id=who), LEADS),
    "adjudication.decide": _p(
        lambda w, who: adjudication.decide(
            w.project.id,
            w.clip.id,
            adjudication.Decision("Because.", Delivery.RIGHT),
            person_id=who,
            base=None,
            considered=(),
        ),
        LEADS,
    ),
    "adjudication.settle": _p(
        lambda w, who: adjudication.settle(w.project.id, w.flag_id, person_id=who, note="Seen to."), LEADS
    ),
    "agreement.of_project": _p(lambda w, who: agreement.of_project(w.project.id, person_id=who), SEES),
    "analysis_stop.go_on": _p(lambda w, who: analysis_stop.go_on(w.project.id, person_id=who), LEADS),
    "analysis_stop.is_stopped": _p(
        lambda w, who: analysis_stop.is_stopped(w.project.id, person_id=who), SEES
    ),
    "analysis_stop.stop": _p(lambda w, who: analysis_stop.stop(w.project.id, person_id=who), LEADS),
    "anchoring.report": _p(lambda w, who: anchoring.report(w.project.id, person_id=who), SEES),
    "answering.submit": _p(
        lambda w, who: answering.submit(answering.Sent(w.task(who), _answer(), f"key-{who}")), RATES
    ),
    "assigned_lines.line_of": _p(lambda w, who: assigned_lines.line_of(w.work.id, 1, who), STUDENT | GRADES),
    "assigning.flag": _p(lambda w, who: assigning.flag(w.clip.id, who, reason="other"), RATES),
    "assigning.next_task": _p(lambda w, who: assigning.next_task(w.project.id, who), RATES),
    "assigning.renew": _p(lambda w, who: assigning.renew(w.task(who)), RATES, hidden=True),
    "assigning.skip": _p(lambda w, who: assigning.skip(w.task(who), SkipReason.CANNOT_TELL), RATES),
    "bringing_in.bring_in": _p(
        lambda w, who: bringing_in.bring_in(w.project.name, _table(), person_id=who), LEADS
    ),
    "case_table.of_clip": _p(
        lambda w, who: case_table.of_clip(w.project.id, w.clip.id, person_id=who), LEADS
    ),
    "class_takes.upload": _p(
        lambda w, who: class_takes.upload(w.work.id, who, made_source("t.mp4", b"\x00\x00\x00\x20ftypisomx")),
        STUDENT,
    ),
    "classes.change_work": _p(
        lambda w, who: classes.change_work(w.work.id, made_work(title="Other"), person_id=who), LEADS
    ),
    "classes.enrol": _p(lambda w, who: classes.enrol(w.room.id, ["New one"], person_id=who), LEADS),
    "classes.markers": _p(lambda w, who: classes.markers(w.room.id, person_id=who), GRADES),
    "classes.release": _p(lambda w, who: classes.release(w.work.id, given=True, person_id=who), GRADES),
    "classes.set_rules": _p(
        lambda w, who: classes.set_rules(
            w.room.id, machine_shown=True, consent_required=False, person_id=who
        ),
        LEADS,
    ),
    "classes.set_work": _p(lambda w, who: classes.set_work(w.room.id, made_work(), person_id=who), LEADS),
    "classes.student_list": _p(lambda w, who: classes.student_list(w.room.id, person_id=who), GRADES),
    "classes.take_off": _p(lambda w, who: classes.take_off(w.room.id, w.other.id, person_id=who), LEADS),
    "classes.work_list": _p(lambda w, who: classes.work_list(w.room.id, person_id=who), STUDENT | GRADES),
    "clip_list.clip": _p(lambda w, who: clip_list.clip(w.clip.id, person_id=who), SEES),
    "clip_list.correct": _p(lambda w, who: clip_list.correct(w.clip.id, _details(), person_id=who), LEADS),
    "clip_list.counts": _p(lambda w, who: clip_list.counts(w.project.id, person_id=who), RATES),
    "clip_list.how_far": _p(lambda w, who: clip_list.how_far(w.project.id, who), RATES),
    "clip_list.look": _p(lambda w, who: clip_list.look(w.project.id, person_id=who), SEES),
    "consents.record": _p(
        lambda w, who: consents.record(w.project.id, "Lea", scopes=[ConsentScope.RATING], person_id=who),
        LEADS,
    ),
    "consents.register": _p(lambda w, who: consents.register(w.project.id, person_id=who), LEADS),
    "cue_check.store": _p(
        lambda w, who: cue_check.store(w.task(who), w.prediction_id, {4: True}, remark="", key=f"cue-{who}"),
        RATES,
    ),
    "cue_check.view": _p(lambda w, who: cue_check.view(_stored(w), who), RATES),
    "drafts.find": _p(lambda w, who: drafts.find(w.task(who)), RATES),
    "drafts.save": _p(lambda w, who: drafts.save(w.task(who), {}, revision=1, tab="t"), RATES),
    "enrolment.actors": _p(lambda w, who: enrolment.actors(w.project.id, person_id=who), LEADS),
    "enrolment.enrol": _p(
        lambda w, who: enrolment.enrol(
            w.project.id,
            "Lea",
            [("a.png", b"x")],
            consents=True,
            person_id=who,
            read=lambda _: ((0.0,) * 128,),
        ),
        LEADS,
    ),
    "enrolment.forget": _p(lambda w, who: enrolment.forget(w.project.id, "Lea", person_id=who), LEADS),
    "export_download.packed": _p(
        lambda w, who: export_download.packed(w.project.id, format_name="csv", person_id=who), LEADS
    ),
    "export_download.preview": _p(lambda w, who: export_download.preview(w.project.id, person_id=who), LEADS),
    "face_choice.choose": _p(lambda w, who: face_choice.choose(w.task(who), 1), RATES),
    "feedback.sheet": _p(lambda w, who: feedback.sheet(w.work.id, w.other.id, person_id=who), GRADES),
    "figures_basis.basis_of": _p(lambda w, who: figures_basis.basis_of(w.project.id, person_id=who), TEACHES),
    "figures_store.begin": _p(lambda w, who: figures_store.begin(w.project.id, person_id=who), TEACHES),
    "gold.listing": _p(lambda w, who: gold.listing(w.project.id, person_id=who), LEADS),
    "gold.own_answers": _p(lambda w, who: gold.own_answers(w.project.id, who), LEADS),
    "gold.put": _p(
        lambda w, who: gold.put(
            w.clip.id, Accepted(delivery=(0, 0)), purpose=Purpose.GOLD_SILENT, person_id=who
        ),
        LEADS,
    ),
    "gold.retire": _p(lambda w, who: gold.retire(w.clip.id, person_id=who), LEADS),
    "grade_book.book": _p(lambda w, who: grade_book.book(w.room.id, person_id=who), GRADES),
    "grading.ask_second": _p(
        lambda w, who: grading.ask_second(
            w.work.id, w.other.id, marker_id=w.who[Role.ADMIN.value].id, person_id=who
        ),
        GRADES,
    ),
    "grading.comment": _p(
        lambda w, who: grading.comment(w.taken.id, at_s=0.1, text="Yes", person_id=who), GRADES
    ),
    "grading.desk": _p(lambda w, who: grading.desk(w.work.id, person_id=who), GRADES),
    "grading.drop_comment": _p(lambda w, who: grading.drop_comment(w.remark_id, person_id=who), LEAD),
    "grading.mark": _p(
        lambda w, who: grading.mark(w.work.id, w.other.id, scores(), remark="", person_id=who), GRADES
    ),
    "grading.settle": _p(
        lambda w, who: grading.settle(w.work.id, w.other.id, scores(), remark="So.", person_id=who), GRADES
    ),
    "guidelines.candidates": _p(lambda w, who: guidelines.candidates(w.project.id, person_id=who), LEADS),
    "guidelines.clip_of": _p(
        lambda w, who: guidelines.clip_of(guidelines.Example(w.clip.id), person_id=who), RATES
    ),
    "guidelines.history": _p(lambda w, who: guidelines.history(w.project.id, "en", person_id=who), LEADS),
    "guidelines.shown": _p(lambda w, who: guidelines.shown(w.project.id, "en", person_id=who), RATES),
    "guidelines.write": _p(
        lambda w, who: guidelines.write(w.project.id, "en", "Look twice.", person_id=who), LEADS
    ),
    "importing.analyse_again": _p(lambda w, who: importing.analyse_again(w.clip.id, person_id=who), LEADS),
    "importing.import_clips": _p(_imported, LEADS),
    "importing.statuses": _p(lambda w, who: importing.statuses([w.clip.id], person_id=who), RATES),
    "intensity_maps.go_back": _p(
        lambda w, who: intensity_maps.go_back(w.project.id, IntensitySide.EXPECTED, person_id=who), TEACHES
    ),
    "intensity_maps.learn": _p(lambda w, who: intensity_maps.learn(w.project.id, person_id=who), TEACHES),
    "intensity_maps.put_in_force": _p(
        lambda w, who: intensity_maps.put_in_force(w.project.id, 1, person_id=who), TEACHES
    ),
    "intensity_view.moved": _p(lambda w, who: intensity_view.moved(w.project.id, 1, person_id=who), TEACHES),
    "intensity_view.view": _p(
        lambda w, who: intensity_view.view(w.project.id, IntensitySide.EXPECTED, person_id=who), TEACHES
    ),
    "invitations.invitable": _p(lambda w, who: invitations.invitable(w.project.id, person_id=who), LEADS),
    "invitations.invite": _p(
        lambda w, who: invitations.invite(w.project.id, Role.RATER, person_id=who), LEADS
    ),
    "invitations.listing": _p(lambda w, who: invitations.listing(w.project.id, person_id=who), LEADS),
    "invitations.withdraw": _p(lambda w, who: invitations.withdraw(w.invitation_id, person_id=who), LEADS),
    "label_sets.change": _p(
        lambda w, who: label_sets.change(
            w.project.id, person_id=who, codes=(Emotion.ANGER, Emotion.JOY), words={}
        ),
        LEADS,
    ),
    "label_sets.in_force": _p(lambda w, who: label_sets.in_force(w.project, person_id=who), RATES),
    "language_functioning.language_functioning": _p(
        lambda w, who: language_functioning.language_functioning(w.project.id, person_id=who), SEES
    ),
    "left_out.left_out": _p(lambda w, who: left_out.left_out(w.project.id, who), RATES),
    "members.give": _p(
        lambda w, who: members.give(w.project.id, w.who["rater"].id, Role.INSTRUCTOR, person_id=who), LEADS
    ),
    "members.listing": _p(lambda w, who: members.listing(w.project.id, person_id=who), LEADS),
    "members.take_over": _p(lambda w, who: members.take_over(w.project.id, person_id=who), ADMIN),
    "project_setup.answers": _p(lambda w, who: project_setup.answers(w.project.id, person_id=who), LEADS),
    "project_setup.set_basics": _p(
        lambda w, who: project_setup.set_basics(
            w.project.id, project_setup.Basics("Other", "en", Protocol.ASSISTED), person_id=who
        ),
        LEADS,
    ),
    "projects.create": _p(lambda _, who: projects.create(f"New {who}", person_id=who), LEADS),
    "projects.set_context_columns": _p(
        lambda w, who: projects.set_context_columns(w.project.id, ["emotion"], person_id=who), TEACHES
    ),
    "projects.set_training_on_revised": _p(
        lambda w, who: projects.set_training_on_revised(w.project.id, wanted=True, person_id=who), TEACHES
    ),
    "qualification.grant_round": _p(
        lambda w, who: qualification.grant_round(w.project.id, w.who["rater"].id, person_id=who), LEADS
    ),
    "qualification.let_in": _p(
        lambda w, who: qualification.let_in(w.project.id, w.who["rater"].id, person_id=who), LEADS
    ),
    "qualification.look": _p(lambda w, who: qualification.look(w.project.id, who), RATES),
    "queue.set_order": _p(
        lambda w, who: queue.set_order(w.project.id, queue.QueueOrder.IN_ORDER, person_id=who), LEADS
    ),
    "rater_quality.of_project": _p(
        lambda w, who: rater_quality.of_project(w.project.id, person_id=who), SEES
    ),
    "rater_quality.own": _p(lambda w, who: rater_quality.own(w.project.id, who), RATES),
    "rating_protocol.change": _p(
        lambda w, who: rating_protocol.change(w.project.id, person_id=who, overlap=2), LEADS
    ),
    "recalibrate.go_back": _p(lambda w, who: recalibrate.go_back(w.project.id, person_id=who), TEACHES),
    "recalibrate.put_in_force": _p(
        lambda w, who: recalibrate.put_in_force(w.project.id, 1, person_id=who), TEACHES
    ),
    "recalibrate.recalibrate": _p(
        lambda w, who: recalibrate.recalibrate(w.project.id, person_id=who), TEACHES
    ),
    "releasing.release": _p(lambda w, who: releasing.release(w.work.id, w.project.id, person_id=who), LEADS),
    "removal.preview": _p(lambda w, who: removal.preview(w.project.id, "Lea", person_id=who), LEADS),
    "removal.withdraw": _p(lambda w, who: removal.withdraw(w.project.id, "Lea", person_id=who), LEADS),
    "retention.apply": _p(lambda w, who: retention.apply(w.project.id, person_id=who), LEADS),
    "retention.due": _p(lambda w, who: retention.due(w.project.id, person_id=who), LEADS),
    "retention.set_rule": _p(
        lambda w, who: retention.set_rule(w.project.id, retention.Rule(30, False), person_id=who), LEADS
    ),
    "review.view": _p(lambda w, who: review.view(w.project.id, who, w.clip.id), RATES),
    "scene_view.view": _p(lambda w, who: scene_view.view(w.scene.id, person_id=who), SEES),
    "scenes.bring_in": _p(
        lambda w, who: scenes.bring_in(
            w.project.id, BytesIO(b"film two"), name="s.mp4", cuts=_cuts(), script_id=None, person_id=who
        ),
        LEADS,
    ),
    "scenes.correct": _p(
        lambda w, who: scenes.correct(w.scene.id, 1, line="Go.", speaker=None, person_id=who), LEADS
    ),
    "scenes.filmed": _p(lambda w, who: scenes.filmed(w.scene.id, person_id=who), LEADS),
    "scenes.known_people": _p(lambda w, who: scenes.known_people(w.project.id, person_id=who), LEADS),
    "scenes.name_filmed": _p(lambda w, who: scenes.name_filmed(w.scene.id, ["Lea"], person_id=who), LEADS),
    "scenes.go_on": _p(lambda w, who: scenes.go_on(w.scene.id, person_id=who), LEADS),
    "scenes.listing": _p(lambda w, who: scenes.listing(w.project.id, person_id=who), SEES),
    "scenes.look": _p(lambda w, who: scenes.look(w.scene.id, person_id=who), SEES),
    "scenes.stop": _p(lambda w, who: scenes.stop(w.scene.id, person_id=who), LEADS),
    "scenes.try_again": _p(lambda w, who: scenes.try_again(w.scene.id, person_id=who), LEADS),
    "scripts.bring_in": _p(lambda w, who: scripts.bring_in(w.project.id, _script(), person_id=who), LEADS),
    "scripts.line": _p(lambda w, who: scripts.line(1, project_id=w.project.id, person_id=who), RATES),
    "scripts.listing": _p(lambda w, who: scripts.listing(w.project.id, person_id=who), RATES),
    "scripts.look": _p(lambda w, who: scripts.look(w.script.id, person_id=who), RATES),
    "scripts.remove": _p(lambda w, who: scripts.remove(w.script.id, person_id=who), LEADS),
    "skipped_tasks.next_skipped": _p(lambda w, who: skipped_tasks.next_skipped(w.project.id, who), RATES),
    "student_work.own_takes": _p(
        lambda w, who: student_work.own_takes(w.room.id, person_id=who), STUDENT | GRADES
    ),
    "student_work.student_work": _p(
        lambda w, who: student_work.student_work(w.work.id, w.other.id, person_id=who), GRADES
    ),
    "system_choice.choose": _p(
        lambda w, who: system_choice.choose(w.project.id, SystemName.ALIGNMENT, person_id=who), LEADS
    ),
    "systems_compared.begin": _p(lambda w, who: systems_compared.begin(w.clip.id, person_id=who), SEES),
    "systems_compared.look": _p(lambda w, who: systems_compared.look(w.clip.id, person_id=who), SEES),
    "takes.add": _p(
        lambda w, who: takes.add(
            Performer(w.project.id, who),
            BytesIO(f"take {who}".encode()),
            name="t.webm",
            wanted=Wanted(LINE),
            recording_key=f"t{who}" * 8,
        ),
        MEMBERS,
    ),
    "takes.check": _p(lambda w, who: takes.check(w.project.id, who), MEMBERS),
    "takes.finish_recording": _p(
        lambda w, who: takes.finish_recording(
            Performer(w.project.id, who), "k" * 32, 1, Wanted(LINE), kind="webm"
        ),
        MEMBERS,
    ),
    "takes.look": _p(lambda w, who: takes.look(w.performed, who), SEES, hidden=True),
    "takes.made_of": _p(lambda w, who: takes.made_of(Performer(w.project.id, who), "k" * 32), MEMBERS),
    "takes.mine": _p(lambda w, who: takes.mine(w.project.id, who), MEMBERS),
    "task_progress.of_project": _p(
        lambda w, who: task_progress.of_project(w.project.id, person_id=who), SEES
    ),
    "task_progress.progress": _p(lambda w, who: task_progress.progress(w.project.id, who), RATES),
    "threshold_trial.judged": _p(lambda w, who: threshold_trial.judged(w.project.id, person_id=who), TEACHES),
    "thresholds.under": _p(lambda w, who: thresholds.under(w.project.id, 1, person_id=who), TEACHES),
    "thresholds.view": _p(lambda w, who: thresholds.view(w.project.id, person_id=who), TEACHES),
    "traces.shown": _p(lambda w, who: traces.shown(w.task(who), reveals=True), RATES),
    "traces.store": _p(
        lambda w, who: traces.store(w.task(who), key=f"trace-{who}", levels=[0.5] * 10), RATES
    ),
    "tuning.begin": _p(lambda w, who: tuning.begin(w.project.id, Modality.TEXT, person_id=who), TEACHES),
    "tuning.use": _p(lambda w, who: tuning.use(w.project.id, Modality.TEXT, None, person_id=who), TEACHES),
    "uploads.begin": _p(lambda w, who: uploads.begin(Performer(w.project.id, who), "t.mp4", 9), MEMBERS),
    "uploads.check": _p(lambda w, who: uploads.check(w.project.id, who), MEMBERS),
    "undoing.refusal": _p(lambda w, who: undoing.refusal(w.project.id, who), RATES),
    "undoing.undo": _p(lambda w, who: undoing.undo(w.project.id, who), RATES),
}

AT_THE_DOOR: Final = {
    "accounts.change_own": "asks for the old password",
    "accounts.name_of": "of who is signed in",
    "accounts.sign_in": "asks for the password",
    "accounts.sign_in_vouched": "asks the identity provider",
    "demo.set_up": "run by the server",
    "disputes.of_project": "called by adjudication.agenda",
    "foreign_reading.read": "reads a file that was handed in",
    "gold.told": "about an answer that was stored for its person",
    "guidelines.is_there": "whether a clip has been removed",
    "invitations.accept": "asks for the secret of the link",
    "invitations.accept_as": "asks for the secret of the link",
    "invitations.accept_vouched": "asks for the secret of the link",
    "invitations.first_link": "run by the server",
    "invitations.look": "asks for the secret of the link",
    "media_access.of_clip": "says who may see a clip; tested with the routes",
    "media_access.of_file": "says who may see a file; tested with the routes",
    "permissions.may_anywhere": "of who is signed in",
    "permissions.role_of": "of who is signed in",
    "projects.listing": "where people name themselves",
    "recordings.receiving": "after its route has asked takes.check",
    "releasing.targets": "the projects that the one who asks sets up",
    "retention.keep_watch": "run by the server",
    "task_progress.count_ahead": "run by the server",
    "sign_ins.begin": "after the door has asked",
    "sign_ins.end": "of the cookie that asks",
    "sign_ins.end_everywhere": "of who is signed in",
    "sign_ins.look": "asks for the cookie's secret",
    "sign_ins.person_of": "of the cookie that asks",
    "standing.of_sign_in": "of the cookie that asks",
    "visitors.id_of": "asks for the cookie",
    "visitors.known": "where people name themselves",
    "visitors.person_of": "asks for the cookie",
    "visitors.welcome": "where people name themselves",
}
"""Services that ask for something else than a part in a project, and for what."""
