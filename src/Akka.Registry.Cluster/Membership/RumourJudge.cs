using System.Diagnostics;

namespace Akka.Registry.Cluster.Membership;

/// <summary>Decides what a rumour, a failed probe or the end of a suspicion changes.</summary>
internal sealed class RumourJudge(SwimState state)
{
    // Times that a process which comes back at this node's address is superseded anew. A dead one comes back by rumours of
    // its last announcements that were late, each of them once; one that lives comes back for ever.
    private const int SupersededMax = 4;

    private MemberTable Members => state.Members;

    private MembershipRules Rules => state.Settings.Rules;

    /// <summary>Judges what another node says.</summary>
    /// <param name="rumour">What it says.</param>
    /// <param name="via">Who says it.</param>
    /// <param name="isTable">Whether it is the sender's old knowledge rather than news.</param>
    /// <param name="passOn">Whether others have to hear it from this node.</param>
    public void Hear(Rumour rumour, NodeIdentity via, bool isTable, bool passOn)
    {
        if (rumour.Node.Uid == state.Self.Uid)
        {
            HearAboutSelf(rumour, via);
            return;
        }

        var entry = Members.Find(rumour.Node.Uid);
        if (entry is null)
            HearOfStranger(rumour, via, passOn);
        else if (rumour.Standing == entry.Standing && entry.Suspicion is not null)
            Confirm(entry, rumour.Accuser);
        else if (isTable && entry.IsCurrent && rumour.Standing.State is MemberState.Down && Rules.OldDeathsAreDoubted)
            HearOfOldDeath(entry, rumour, via);
        else if (Standing.Overrides(rumour.Standing, entry.Standing))
            Accept(entry, rumour, passOn);
    }

    /// <summary>This node's own probe says that the member does not answer.</summary>
    /// <param name="entry">The member.</param>
    /// <param name="incarnation">What was probed; evidence against an older incarnation is none.</param>
    /// <param name="linkRefused">
    /// Whether its connection broke and could not be made again, and nobody else reached it.
    /// </param>
    public void ProbeFailed(MemberEntry entry, ulong incarnation, bool linkRefused)
    {
        if (!entry.IsCurrent || entry.Standing.Incarnation != incarnation)
            return;
        if (!Rules.Suspicion)
        {
            Bury(entry, state.Self.Uid);
            return;
        }

        if (entry.Suspicion is null)
        {
            Members.Change(entry, entry.Node, entry.Standing.AsSuspect(), state.Now);
            BeginSuspicion(entry, state.Self.Uid);
            PassOn(entry);
        }
        else
        {
            Confirm(entry, state.Self.Uid);
        }

        if (linkRefused)
            Shorten(entry, state.Settings.BrokenLinkMultiplier);
    }

    /// <summary>A suspicion's time may be over.</summary>
    public void OnSuspicionEnd(SwimTimer.SuspicionEnd timer)
    {
        if (state.IsActive
            && Members.Find(timer.Member) is { Suspicion: { } suspicion } entry
            && entry.Standing.Incarnation == timer.Incarnation
            && suspicion.Deadline == timer.Deadline)
        {
            Bury(entry, suspicion.Accuser);
        }
    }

    /// <summary>A process of another uid holds the member's address: its own process is gone.</summary>
    public void Supersede(MemberEntry entry, NodeIdentity successor)
    {
        state.Note(new SwimEvent.MemberSuperseded(entry.Node, successor));
        Bury(entry, state.Self.Uid);
    }

    /// <summary>Gives every suspect its time anew: this node was in no state to hear it refute.</summary>
    public void RestartSuspicions()
    {
        for (var i = 0; i < Members.Others.Count; i++)
        {
            var entry = Members.Others[i];
            if (entry.Suspicion is not { } suspicion)
                continue;
            suspicion.Restart(state.Now);
            ArmSuspicionEnd(entry, suspicion);
        }
    }

    /// <summary>This node says how it stands; nobody else may.</summary>
    public void Announce(MemberState announced) => Announce(announced, Members.Self.Standing.Incarnation + 1);

    private void Announce(MemberState announced, ulong incarnation)
    {
        var self = Members.Self;
        Members.Change(self, self.Node, Standing.Announced(announced, incarnation), state.Now);
        PassOn(self);
    }

    private void HearAboutSelf(Rumour rumour, NodeIdentity via)
    {
        var own = Members.Self.Standing;
        if (state.HasLeft)
            return;
        var isDoubt = rumour.Standing.State is MemberState.Suspect or MemberState.Down;
        if (!Standing.Overrides(rumour.Standing, own))
        {
            if (isDoubt)
                AnswerDoubt(via);
            return;
        }

        if (rumour.Standing.State is MemberState.Left)
        {
            state.Note(new SwimEvent.OwnUidHasLeft());
            return;
        }

        if (isDoubt && (!Rules.Refutation || HasGivenWay()))
            return;

        // SWIM, section 4.2: the member itself, and nobody else, answers a doubt with a higher incarnation. So it does
        // when a former life of a persisted uid, of which it knows nothing, is remembered.
        Announce(own.State, rumour.Standing.Incarnation + 1);
        if (!isDoubt)
            return;
        state.ChangeHealth(+1);
        state.Note(new SwimEvent.Refuted(rumour.Standing.State, rumour.Accuser, Members.Self.Standing.Incarnation));
        AnswerDoubt(via);
    }

    // Lifeguard's buddy system, the way back: who doubts this node hears the answer from it directly, and not only when
    // rumours that may be lost come round. A doubter that missed the refutation would declare it dead all the same.
    private void AnswerDoubt(NodeIdentity doubter)
    {
        if (Rules.BuddySystem && state.HasJoined)
            state.Send(doubter.Address, new SwimMessage.Gossip([Members.Self.ToRumour(state.Now)]));
    }

    // Whether another process holds this node's address, and it was this one that gave way.
    private bool HasGivenWay() =>
        Rules.OneHolderOfAnAddress
        && Members.CurrentAt(state.Self.Address) is { } rival
        && rival.Uid.CompareTo(state.Self.Uid) > 0;

    private void HearOfStranger(Rumour rumour, NodeIdentity via, bool passOn)
    {
        if (!rumour.Standing.IsCurrent && rumour.DepartedFor >= state.Settings.DepartedRetention)
            return;
        var isItself = rumour.Node.Uid == via.Uid && rumour.Standing.IsCurrent;
        var predecessor = isItself ? Members.CurrentAt(via.Address) : null;
        if (Members.Add(rumour, state.Now) is not { } entry)
        {
            state.Note(new SwimEvent.TableFull(rumour.Node));
            return;
        }

        state.Note(new SwimEvent.MemberAnnounced(entry.Node, entry.Standing.State));
        Settle(entry, rumour, passOn);

        // What says that it is new at an address, itself and not by hearsay, has taken the place of who was there.
        if (predecessor is not null)
            Supersede(predecessor, rumour.Node);
    }

    // The sender may have been cut off from a member that lives here: what its table calls dead is doubted, not buried,
    // and has its chance to refute (memberlist, mergeState).
    private void HearOfOldDeath(MemberEntry entry, Rumour rumour, NodeIdentity via)
    {
        var doubted = rumour.Standing with { State = MemberState.Suspect };
        if (doubted == entry.Standing)
            Confirm(entry, via.Uid);
        else if (Standing.Overrides(doubted, entry.Standing))
            Accept(entry, new Rumour(rumour.Node, doubted) { Accuser = via.Uid }, passOn: true);
    }

    private void Accept(MemberEntry entry, Rumour rumour, bool passOn)
    {
        var before = entry.Standing;
        var node = rumour.Standing.Incarnation > before.Incarnation ? rumour.Node : entry.Node;
        entry.Suspicion = null;
        Members.Change(entry, node, rumour.Standing, state.Now - rumour.DepartedFor);
        switch (rumour.Standing.State)
        {
            case MemberState.Down:
                state.Note(new SwimEvent.MemberDown(entry.Node, rumour.Accuser));
                // Nobody gossips to the dead. One that lives, and was accused by a node that was cut off, is to refute at once
                // (memberlist gossips to the dead for a while, GossipToTheDeadTime).
                state.Send(entry.Node.Address, new SwimMessage.Gossip([entry.ToRumour(state.Now)]));
                break;
            case MemberState.Joining or MemberState.Up or MemberState.Leaving
                when before.State is MemberState.Suspect or MemberState.Down:
                state.Note(new SwimEvent.MemberReturned(entry.Node, before.State));
                break;
            case MemberState.Joining or MemberState.Up or MemberState.Leaving or MemberState.Left:
                state.Note(new SwimEvent.MemberAnnounced(entry.Node, rumour.Standing.State));
                break;
            case MemberState.Suspect:
                break; // Noted with its timeout when the suspicion begins.
            default:
                throw new UnreachableException($"No event for {rumour.Standing.State}.");
        }

        Settle(entry, rumour, passOn);
    }

    // What follows once a rumour stands in the table.
    private void Settle(MemberEntry entry, Rumour rumour, bool passOn)
    {
        if (entry.Standing.IsSuspect)
            BeginSuspicion(entry, rumour.Accuser);
        if (passOn)
            PassOn(entry);

        if (entry.IsCurrent && entry.Node.Address == state.Self.Address)
            Contest(entry);
    }

    // This process holds that address, so whoever was known there is gone. If it comes back again and again, it lives:
    // two processes advertise one address, and would refute each other for ever. The greater uid stays, on all nodes
    // alike; the lesser contests no more while the other is there, and both say that somebody has to mend it.
    private void Contest(MemberEntry rival)
    {
        var isAlive = rival.SupersededCount >= SupersededMax && Rules.OneHolderOfAnAddress;
        if (isAlive && rival.SupersededCount++ == SupersededMax)
            state.Note(new SwimEvent.AddressContested(rival.Node, GivesWay: rival.Uid.CompareTo(state.Self.Uid) > 0));
        if (isAlive && rival.Uid.CompareTo(state.Self.Uid) > 0)
            return;
        if (!isAlive)
            rival.SupersededCount++;
        Supersede(rival, state.Self);
    }

    private void BeginSuspicion(MemberEntry entry, NodeUid accuser)
    {
        var settings = state.Settings;
        var min = ClusterMath.SuspicionTimeoutMin(Members.Size, settings.SuspicionMultiplier, settings.ProbeInterval);
        var expected = Rules.ShrinkingSuspicion
            ? ClusterMath.ConfirmationsExpected(Members.Size, settings.SuspicionMultiplier)
            : 0;
        var suspicion = new Suspicion(state.Now, accuser, min, min * settings.SuspicionMaxMultiplier, expected);
        entry.Suspicion = suspicion;
        ArmSuspicionEnd(entry, suspicion);
        state.Note(new SwimEvent.MemberSuspected(entry.Node, accuser, suspicion.Deadline - state.Now));
    }

    private void Confirm(MemberEntry entry, NodeUid accuser)
    {
        if (!Rules.Confirmations || !entry.Suspicion!.Confirm(accuser))
            return;
        ArmSuspicionEnd(entry, entry.Suspicion);

        // Lifeguard, LHA-Suspicion: the first K independent suspicions are passed on too, so that all shorten theirs.
        state.Rumours.Add(entry.ToRumour(state.Now) with { Accuser = accuser });
    }

    private void Shorten(MemberEntry entry, int multiplier)
    {
        var timeout = ClusterMath.SuspicionTimeoutMin(Members.Size, multiplier, state.Settings.ProbeInterval);
        entry.Suspicion!.ShortenTo(state.Now + timeout);
        ArmSuspicionEnd(entry, entry.Suspicion);
    }

    private void Bury(MemberEntry entry, NodeUid accuser)
    {
        entry.Suspicion = null;
        Members.Change(entry, entry.Node, entry.Standing.AsDown(), state.Now);
        state.Note(new SwimEvent.MemberDown(entry.Node, accuser));
        state.Rumours.Add(entry.ToRumour(state.Now) with { Accuser = accuser });
    }

    private void PassOn(MemberEntry entry) => state.Rumours.Add(entry.ToRumour(state.Now));

    private void ArmSuspicionEnd(MemberEntry entry, Suspicion suspicion) => state.Deadlines.Arm(
        suspicion.Deadline, new SwimTimer.SuspicionEnd(entry.Uid, entry.Standing.Incarnation, suspicion.Deadline));
}
