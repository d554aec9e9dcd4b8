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

    /// <inheritdoc/>
    public async Task<HeartbeatResult> HeartbeatAsync(
        RecordKey key, ulong? epoch, CancellationToken cancellation = default)
    {
        Check(key);
        Throw(RegistrationValidator.CheckEpoch(epoch));
        if (FindUntroubled(key, epoch) is { NeedsBeats: false } kept)
            return new HeartbeatResult(kept.Status, kept.Ttl, kept.Ttl);
        if (surroundings.Scheduler is { } scheduler && FindUntroubled(key, epoch) is { } entry)
        {
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
        var due = ArrayPool<LeaseKey>.Shared.Rent(beats.Length);
        var (count, kept) = Sort(beats.Span, due, out var others);
        surroundings.Metrics.Beaten(kept);
        if (count > 0 && surroundings.Scheduler is { } scheduler)
        {
            var unknown = await scheduler.Ask<SchedulerMessage, ImmutableArray<LeaseKey>>(
                to => new SchedulerMessage.BeatSession(SchedulerMessage.BeatSession.None, due.AsMemory(0, count), to), Margin, time, cancellation)
                .ConfigureAwait(false);
            surroundings.Metrics.Beaten(count - unknown.Length);
            if (!unknown.IsEmpty)
                others = [.. others ?? [], .. PlacesOf(unknown, beats.Span, others)];
        }

        // Not when the wait ended by an exception: the scheduler may read it yet.
        ArrayPool<LeaseKey>.Shared.Return(due);
        return others is null ? [] : await AskEachAsync(others, beats, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public RecordKey KeyOf(ReadOnlySpan<char> service, ReadOnlySpan<char> instance) =>
        _views.Find(service, instance)?.Record.Key ?? new RecordKey(service.ToString(), instance.ToString());

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
    /// <returns>How many leases, and how many entries that need no beats and take them all the same.</returns>
    private (int Due, int Kept) Sort(ReadOnlySpan<InstanceBeat> beats, Span<LeaseKey> due, out List<int>? others)
    {
        var (count, kept) = (0, 0);
        others = null;
        for (var i = 0; i < beats.Length; i++)
        {
            if (FindUntroubled(beats[i].Key, beats[i].Epoch) is not { } entry || (entry.NeedsBeats && surroundings.Scheduler is null))
                (others ??= []).Add(i);
            else if (entry.NeedsBeats)
                due[count++] = new LeaseKey(entry.Record.Key, entry.Epoch);
            else
                kept++;
        }

        return (count, kept);
    }

    /// <summary>Where leases stand that the scheduler does not hold (any more), beside those that are known as others already.</summary>
    private static List<int> PlacesOf(ImmutableArray<LeaseKey> unknown, ReadOnlySpan<InstanceBeat> beats, List<int>? others)
    {
        var keys = unknown.Select(lease => lease.Key).ToHashSet();
        var places = new List<int>();
        for (var i = 0; i < beats.Length; i++)
        {
            if (keys.Contains(beats[i].Key) && others?.BinarySearch(i) is null or < 0)
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
