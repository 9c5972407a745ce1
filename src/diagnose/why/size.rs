//! Whether large packets get there as well as small ones.

use super::aim::Destination;
use super::climb::Climb;
use crate::diagnose::rules::mtu_mismatch;
use crate::diagnose::{advise, on_host};
use crate::model::{By, FullSize, Ladder, Measurement, Rung, RungKind, Status};

/// Puts it on the ladder, above the rung of the address that answers small ones.
pub fn add(climb: &Climb, ladder: &mut Ladder) {
    let tries = || climb.measured.iter().filter_map(|m| Some((m, m.full_size?)));
    // The way that is asked about, before others that are there.
    let asked = tries().find(|(m, _)| climb.aim.is_by(m.by)).or_else(|| tries().next());
    let Some((measurement, size)) = asked else { return };
    let status = if size.loses() { Status::Fail } else { Status::Pass };
    let is_first = ladder.obstacle().is_none();
    let above = ladder.rungs.iter().rposition(|rung| rung.rung == RungKind::Address);
    let place = above.map_or(ladder.rungs.len(), |at| at + 1);
    ladder.rungs.insert(place, Rung::new(RungKind::Size, status, size.to_string()));
    if status == Status::Fail && is_first {
        mend(climb, ladder, measurement, size);
    }
}

/// A network whose members send no more than what passes.
fn mend(climb: &Climb, ladder: &mut Ladder, measurement: &Measurement, size: FullSize) {
    let case = climb.case;
    let on = match (climb.aim.target, measurement.by) {
        (Destination::Container(to), _) => case.shared(climb.from, to).first().copied(),
        (_, By::Name | By::Address) => case.map.networks_of(climb.from).next(),
    };
    ladder.fix = vec![
        advise("find the interface on the way that takes less than the others:"),
        on_host(&["ip", "-d", "link"]),
    ];
    ladder.fix.extend(on.map(|network| mtu_mismatch::recreate(case, network, size.passes)));
    let data = size.sent.saturating_sub(28).to_string();
    ladder.see = Some(climb.inside(&["ping", "-c1", "-s", &data, &climb.aim.host]));
}
