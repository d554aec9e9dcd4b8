using System.Buffers;
using System.Collections.Immutable;
using Akka.Registry.Actors;
using Akka.Registry.DistributedData;
using Akka.Registry.Entries;
using Akka.Registry.Leases;

namespace Akka.Registry;

/// <summary>Heartbeats, one or many.</summary>
internal sealed partial class ServiceRegistry
{
    /// <summary>Beats that ask the actor at one time, of one call.</summary>
    private const int AskedAtOnce = 1_024;

    /// <summary>A lease that runs for longer does not end by silence before the scheduler has seen a beat: nobody waits for its answer.</summary>
    private static readonly TimeSpan NoWaitAbove = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public async Task<HeartbeatResult> HeartbeatAsync(
        RecordKey key, ulong? epoch, CancellationToken cancellation = default)
    {
        Check(key);
        Throw(RegistrationValidator.CheckEpoch(epoch));
        var entry = FindUntroubled(key, epoch);
        if (entry is { NeedsBeats: false })
            return new HeartbeatResult(entry.Status, entry.Ttl, entry.Ttl);
        if (entry is not null && surroundings.Scheduler is { } scheduler)
        {
            if (surroundings.Leases.ExpiresAt(key, entry.Epoch) is { } end && end - time.GetInstant() > NoWaitAbove)
            {
                scheduler.Tell(new SchedulerMessage.Beat(key, entry.Epoch, ReplyTo: null));
                surroundings.Metrics.Beaten();
                return new HeartbeatResult(entry.Status, entry.Ttl, entry.Ttl);
            }

            var answer = await scheduler.Ask<SchedulerMessage, BeatAnswer>(
                to => new SchedulerMessage.Beat(key, entry.Epoch, to), Margin, time, cancellation).ConfigureAwait(false);
            if (answer.Outcome == BeatOutcome.Renewed)
            {
                surroundings.Metrics.Beaten();
                return new HeartbeatResult(entry.Status, answer.Terms.Ttl, answer.Terms.Ttl);
            }
        }

        return await CallAsync<HeartbeatResult>(
            to => new RegistryMessage.Heartbeat(key, epoch, TakesOver: false, to), OwnerPatience, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<RefusedBeat>> HeartbeatManyAsync(
        ReadOnlyMemory<InstanceBeat> beats, CancellationToken cancellation = default)
    {
        var due = ArrayPool<LeaseId>.Shared.Rent(beats.Length);
        var count = Sort(beats.Span, due, out var others);
        if (count > 0)
        {
            var ended = await surroundings.Scheduler!.Ask<SchedulerMessage, ImmutableArray<LeaseId>>(
                to => new SchedulerMessage.BeatPlaces(due.AsMemory(0, count), to), Margin, time, cancellation).ConfigureAwait(false);
            surroundings.Metrics.Beaten(count - ended.Length);
            if (!ended.IsEmpty)
                others = [.. others ?? [], .. PlacesOf(ended, beats.Span)];
        }

        // Not when the wait ended by an exception: the scheduler may read it yet.
        ArrayPool<LeaseId>.Shared.Return(due);
        return others is null ? [] : await AskEachAsync(others, beats, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public InstanceBeat BeatOf(ReadOnlySpan<char> service, ReadOnlySpan<char> instance, ulong? epoch)
    {
        var lease = surroundings.Leases.FindLive(service, instance, epoch, out var found);
        return new InstanceBeat(found.Key ?? new RecordKey(service.ToString(), instance.ToString()), epoch) { Lease = lease };
    }

    /// <summary>The entry if this node owns it and has nothing to write when it beats; else null.</summary>
    internal ServiceEntry? FindUntroubled(RecordKey key, ulong? epoch) =>
        _views.Find(key) is { LeaseMissed: false, Unverified: false } entry
        && entry.Owner == surroundings.Self.Uid && (epoch is null || epoch == entry.Epoch)
            ? entry
            : null;

    /// <summary>The beat of a session: this node becomes the owner, whoever was it before.</summary>
    internal async Task<HeartbeatResult> TakeOverAsync(RecordKey key, ulong? epoch, CancellationToken cancellation)
    {
        Check(key);
        Throw(RegistrationValidator.CheckEpoch(epoch));
        return await CallAsync<HeartbeatResult>(
            to => new RegistryMessage.Heartbeat(key, epoch, TakesOver: true, to), OwnerPatience, cancellation).ConfigureAwait(false);
    }

    /// <summary>Puts leases that are here, with nothing to write when they beat, together.</summary>
    /// <param name="beats">All.</param>
    /// <param name="due">Where those leases go.</param>
    /// <param name="others">The places of those that the actor has to decide; null for none.</param>
    /// <returns>How many leases.</returns>
    private int Sort(ReadOnlySpan<InstanceBeat> beats, Span<LeaseId> due, out List<int>? others)
    {
        others = null;
        var count = 0;
        var isPlain = surroundings is { Scheduler: not null, HasContestedLeases: false };
        for (var i = 0; i < beats.Length; i++)
        {
            if (isPlain && beats[i].Lease != default)
                due[count++] = beats[i].Lease;
            else
                (others ??= []).Add(i);
        }

        return count;
    }

    /// <summary>Where the leases stand that ended meanwhile.</summary>
    private static List<int> PlacesOf(ImmutableArray<LeaseId> ended, ReadOnlySpan<InstanceBeat> beats)
    {
        var leases = ended.ToHashSet();
        var places = new List<int>();
        for (var i = 0; i < beats.Length; i++)
        {
            if (leases.Contains(beats[i].Lease))
                places.Add(i);
        }

        return places;
    }

    private async Task<ImmutableArray<RefusedBeat>> AskEachAsync(
        List<int> places, ReadOnlyMemory<InstanceBeat> beats, CancellationToken cancellation)
    {
        places.Sort();
        var refused = ImmutableArray.CreateBuilder<RefusedBeat>();
        foreach (var some in places.Chunk(AskedAtOnce))
        {
            var outcomes = await Task.WhenAll(some.Select(place => RefusalOfAsync(beats.Span[place], cancellation))).ConfigureAwait(false);
            for (var i = 0; i < some.Length; i++)
            {
                if (outcomes[i] is { } refusal)
                    refused.Add(new RefusedBeat(some[i], refusal));
            }
        }

        return refused.DrainToImmutable();
    }

    /// <summary>Has the actor decide a beat.</summary>
    /// <returns>Why it does not count; null when it does.</returns>
    private async Task<Exception?> RefusalOfAsync(InstanceBeat beat, CancellationToken cancellation)
    {
        var wrong = RegistrationValidator.CheckKey(beat.Key, surroundings.Options.Limits) ?? RegistrationValidator.CheckEpoch(beat.Epoch);
        if (wrong is not null)
            return surroundings.Metrics.Counted(wrong);
        try
        {
            var reply = await Ask<HeartbeatResult>(
                to => new RegistryMessage.Heartbeat(beat.Key, beat.Epoch, TakesOver: false, to), OwnerPatience, cancellation).ConfigureAwait(false);
            return reply.Refusal is { } refusal ? surroundings.Metrics.Counted(refusal) : null;
        }
        catch (TimeoutException busy)
        {
            return busy;
        }
    }
}
