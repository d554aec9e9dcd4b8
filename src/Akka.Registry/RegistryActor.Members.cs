using System.Collections.Immutable;
using Akka.Registry.Actors;
using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.Leases;
using Akka.Registry.Ownership;

namespace Akka.Registry;

/// <summary>Members that come and go: orphans, adoption by hand-over, leaving.</summary>
internal sealed partial class RegistryActor
{
    /// <summary>As many entries are looked at in the time that it takes to show one anew.</summary>
    private const int SeenPerToggled = 16;

    private readonly List<OwnerWalk> _toggling = [];
    private readonly List<DueOrphan> _due = [];
    private Departure? _departure;
    private (Instant Deadline, IActorRef<RegistryReply<LeaveResult>> ReplyTo) _leave;

    private void OnMembersTold(RegistryMessage.MembersTold told)
    {
        if (told.Life != _life)
            return;
        _members = told.Change.View;
        var toggled = new List<NodeUid>();
        _orphans.Observe(_members, Now, toggled);
        Toggle(toggled);
        foreach (var change in told.Change.Changes)
        {
            if (change is { Before.IsCurrent: true } && change.After is not { IsCurrent: true })
                AskElsewhere(change.Before.Node.Uid);
        }

        ObserveFences();
        GoOnLeaving();
    }

    /// <summary>Whoever waits for an answer of a lost owner is decided on anew.</summary>
    private void AskElsewhere(NodeUid lost)
    {
        _unsent.RemoveAll(waiting => waiting.Owner.Uid == lost);
        foreach (var call in _calls.Asking(lost))
            call.OnOwner(null);
    }

    private void Toggle(List<NodeUid> owners)
    {
        foreach (var owner in owners)
        {
            var entries = _owners.Of(owner);
            if (entries == 0)
                continue;
            if (_orphans.IsLost(owner))
                Log.OwnerLost(_logger, NameOf(owner), entries);
            else
                Log.OwnerBack(_logger, NameOf(owner), entries);
            foreach (var (key, record) in _unreadable)
            {
                if (record.Dot.Origin == owner)
                    _orphans.WatchSince(key, owner, OrphanTerms.Unknown);
            }

            if (_toggling is not [.., { HasBegun: false }])
                _toggling.Add(new OwnerWalk(_views));
            _toggling[^1].Add(owner);
        }

        if (owners.Count > 0)
            ToggleOn();
    }

    /// <summary>
    /// Shows entries of owners that were lost or came back as they are to be shown now, so many a turn.
    /// </summary>
    private void ToggleOn()
    {
        if (_toggling is not [var walk, ..])
            return;
        var budget = _surroundings.Options.Ownership.EntriesPerTurn;
        var (found, shown) = (new List<ServiceEntry>(), new List<ServiceEntry>());
        if (!walk.Step(budget * SeenPerToggled, budget, found))
            _toggling.RemoveAt(0);
        foreach (var entry in found)
        {
            _orphans.WatchSince(entry.Record.Key, entry.Owner, OrphanTerms.Of(entry));
            if (!_codec.TryDecode(entry.Record, out var asWritten) || Trusted(asWritten) is var now && now.Unverified == entry.Unverified)
                continue;
            _writer.Put(now, stamp: null);
            shown.Add(now);
        }

        if (shown.Count > 0)
        {
            _writer.Commit();
            _hub.OnVerification(shown);
        }

        if (_toggling.Count > 0)
            ContinueLater();
    }

    private void SettleOrphans(Instant now)
    {
        if (_surroundings.WritesRefused is not null)
            return;
        var more = _orphans.Take(now, Self, _surroundings.Options.Ownership.EntriesPerTurn, _due);
        if (_due.Count > 0)
        {
            var writes = ImmutableArray.CreateBuilder<MapWrite>(_due.Count);
            var adopted = 0;
            foreach (var (key, owner) in _due)
            {
                var entry = _views.Find(key);
                var record = entry?.Record ?? _unreadable.GetValueOrDefault(key);
                if (record?.Dot.Origin != owner)
                    continue;
                var isAdopted = entry is { NeedsBeats: false };
                writes.Add(isAdopted ? AdoptOrphan(record) : new MapWrite.Evict(key, record.Order));
                adopted += isAdopted ? 1 : 0;
                if (isAdopted)
                    _adopted.Add(key);
            }

            _due.Clear();
            if (adopted > 0)
                Log.OrphansAdopted(_logger, adopted);
            if (writes.Count > adopted)
                Log.OrphansEvicted(_logger, writes.Count - adopted);
            if (writes.Count > 0)
                _surroundings.Map.Commands.Tell(new MapCommand.WriteMany(writes.DrainToImmutable()));
        }

        if (more)
            ContinueLater();
    }

    /// <summary>
    /// The write that makes this node the owner of what needs no beats. Ordered just above what it adopts: what a client has meanwhile
    /// registered at the other side of a cut beats it.
    /// </summary>
    private MapWrite.Replace AdoptOrphan(MapRecord record) =>
        new(record.Key, record.Order, Revive: false, record.Value) { IsVerdict = true, Judge = Self };

    private void OnLeave(RegistryMessage.Leave leave)
    {
        if (_departure is not null)
        {
            leave.ReplyTo.Tell(RegistryReply.Refuse<LeaveResult>(RegistryError.NotReady, "This node is leaving already."));
            return;
        }

        var options = _surroundings.Options.Ownership;
        var now = Now;
        _surroundings.IsLeaving = true;
        _surroundings.Membership.AnnounceLeaving();
        _leave = (now + leave.Timeout, leave.ReplyTo);
        // A part of the time is kept for telling the others that this node has left.
        _departure = new Departure(Self, options.ForwardBatch, options.HandOverTimeout, now + (leave.Timeout * 0.8));
        foreach (var entry in ShownOf(owner => owner == Self))
            _departure.Offer(new LeaseKey(entry.Record.Key, entry.Epoch));
        Log.Leaving(_logger, _departure.Left, leave.Timeout);
        GoOnLeaving();
    }

    private void GoOnLeaving()
    {
        if (_departure is not { IsFinished: false } departure)
            return;
        var now = Now;
        if (!departure.IsOver(_members, now))
        {
            foreach (var (to, message) in departure.Next(_members, now))
                Send(to, Frame.Of(FrameKind.HandOver, message)); // What the link does not take is offered again.
            return;
        }

        departure.IsFinished = true;
        Log.HandedOver(_logger, departure.HandedOver, departure.Left);
        if (departure.Adoptions.Count == 0)
        {
            Leave(departure);
            return;
        }

        // Word that this node has left must not overtake word of who owns its entries now: they would be shown as nobody's.
        var patience = (_leave.Deadline - now) / 2;
        var most = _surroundings.Options.Ownership.HandOverTimeout;
        BeginFence(departure.Adoptions, "", now + (patience < most ? patience : most), _ => Leave(departure));
    }

    private void Leave(Departure departure)
    {
        var now = Now;
        var result = new LeaveResult(departure.HandedOver, departure.Left);
        var left = _leave.Deadline > now ? _leave.Deadline - now : TimeSpan.FromMilliseconds(1);
        var replyTo = _leave.ReplyTo;
        Context.PipeTo(
            ToldAsync(_surroundings.Membership.LeaveAsync(left)),
            _ => new RegistryMessage.LeftCluster(result, replyTo),
            _ => new RegistryMessage.LeftCluster(result, replyTo)); // Peers will find out: nothing is left to do here.
    }

    private static async Task<bool> ToldAsync(Task told)
    {
        await told.ConfigureAwait(false);
        return true;
    }

    private void OnHandOver(NodeIdentity from, HandOver message)
    {
        if (_surroundings.WritesRefused is not null)
            return; // Not answered: the leases are offered to another one.
        var writes = new List<MapWrite>(message.Leases.Count);
        foreach (var lease in message.Leases)
        {
            var key = new RecordKey(lease.Service, lease.Instance);
            if (_views.Find(key) is { } entry && entry.Owner == from.Uid && entry.Epoch == lease.Epoch)
                writes.Add(new MapWrite.Replace(key, entry.Record.Order, Revive: false, entry.Record.Value));
        }

        var adopted = new RegistryMessage.Adopted(from, message.Batch);
        if (writes.Count == 0)
        {
            OnAdopted(adopted);
            return;
        }

        Log.LeasesAdopted(_logger, writes.Count, from);
        if (writes.Count > 1)
            _surroundings.Map.Commands.Tell(new MapCommand.WriteMany([.. writes.Take(writes.Count - 1)]));
        // The last one is answered, and so are all before it.
        _surroundings.Map.Commands.Tell(new MapCommand.Write(
            writes[^1], WriteConsistency.Local, WriteOptions.Default.Timeout, Context.Adapt<MapWriteResult>(_ => adopted)));
    }

    private void OnAdopted(RegistryMessage.Adopted adopted)
    {
        var written = VersionVector.Empty;
        foreach (var entry in _views.Cursor.Vector)
        {
            if (entry.Origin.Node == Self)
                written = written.With(entry.Origin, entry.Sequence);
        }

        Send(adopted.From, Frame.Of(FrameKind.HandOverAck, new HandOverAck { Batch = adopted.Batch, Written = written.ToWire() }));
    }

    private void OnHandOverAck(NodeIdentity from, HandOverAck message)
    {
        if (!VersionVector.TryFromWire(message.Written, out var written))
            written = VersionVector.Empty;
        _departure?.Acknowledge(from.Uid, message.Batch, written);
        GoOnLeaving();
    }

    private string NameOf(NodeUid uid) => _members.Find(uid)?.Node.Name ?? uid.ToString();
}
