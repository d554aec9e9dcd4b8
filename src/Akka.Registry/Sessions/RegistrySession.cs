using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Akka.Registry.Actors;
using Akka.Registry.Calls;
using Akka.Registry.DistributedData;
using Akka.Registry.Leases;

namespace Akka.Registry.Sessions;

/// <summary>A session of this node: remembers what it carries, and has the scheduler cut that short when it breaks.</summary>
/// <remarks>
/// Which session carries a lease is kept with the lease itself, as a number, and written by the beat: so a session that breaks
/// late, when its client has long come again, takes nothing away.
/// </remarks>
internal sealed class RegistrySession(
    uint number, string client, ServiceRegistry registry, RegistrySurroundings surroundings, TimeProvider time) : IRegistrySession
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private State _state;

    private int EntriesMax => surroundings.Options.Limits.EntriesPerSession;

    private enum State
    {
        Open,
        Ended,
        Broken,
    }

    /// <summary>Tells it from all others of this node.</summary>
    public uint Number { get; } = number;

    /// <inheritdoc/>
    public string Client { get; } = client;

    /// <summary>What it carries.</summary>
    public SessionLeases Leases { get; } = new();

    /// <inheritdoc/>
    public bool IsOpen
    {
        get
        {
            lock (_gate)
                return _state == State.Open;
        }
    }

    /// <inheritdoc/>
    public async Task<RegistrationResult> RegisterAsync(
        Registration registration, WriteOptions options, CancellationToken cancellation = default)
    {
        CheckRoom(KeyOf(registration));
        var result = await registry.RegisterAsync(registration, options, cancellation).ConfigureAwait(false);
        await CarryAsync(result.Entry, cancellation).ConfigureAwait(false);
        return result;
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<RegistrationOutcome>> RegisterManyAsync(
        ImmutableArray<Registration> registrations, WriteOptions options, CancellationToken cancellation = default)
    {
        var room = CheckRoom(registrations);
        var answers = await registry.RegisterManyAsync(registrations[..room], options, cancellation).ConfigureAwait(false);
        var (leases, count) = (ArrayPool<LeaseKey>.Shared.Rent(answers.Length), 0);
        foreach (var answer in answers)
        {
            if (answer.Result is { Entry: var entry })
                leases[count++] = new LeaseKey(entry.Record.Key, entry.Epoch);
            else
                surroundings.Metrics.Counted(answer.Refusal!);
        }

        SetNumbers(answers, Carry(leases.AsSpan(0, count)));
        if (count > 0)
            await BeatAsync(leases.AsMemory(0, count), cancellation).ConfigureAwait(false);
        ArrayPool<LeaseKey>.Shared.Return(leases, clearArray: true);        // Only now that the scheduler has answered.
        return room == registrations.Length
            ? answers
            : [.. answers, .. Enumerable.Repeat(new RegistrationOutcome(NoRoom()), registrations.Length - room)];
    }

    /// <inheritdoc/>
    public async Task<HeartbeatResult> HeartbeatAsync(RecordKey key, ulong? epoch, CancellationToken cancellation = default)
    {
        CheckRoom(key);
        if (registry.FindUntroubled(key, epoch) is { } entry && await CarryAsync(entry, cancellation).ConfigureAwait(false))
        {
            surroundings.Metrics.Beaten();
            return new HeartbeatResult(entry.Status, entry.Ttl, entry.Ttl);
        }

        var result = await registry.TakeOverAsync(key, epoch, cancellation).ConfigureAwait(false);
        if (surroundings.Views.Find(key) is { } taken && (epoch is null || taken.Epoch == epoch))
            await CarryAsync(taken, cancellation).ConfigureAwait(false);
        return result;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<RecordKey>> HeartbeatManyAsync(
        ReadOnlyMemory<RecordKey> keys, CancellationToken cancellation = default)
    {
        var untroubled = ImmutableArray.CreateBuilder<LeaseKey>(keys.Length);
        var others = new List<LeaseKey>();
        var refused = new List<RecordKey>();
        Sort(keys.Span, untroubled, others, refused);
        if (untroubled.Count > 0)
        {
            var leases = untroubled.DrainToImmutable();
            var unknown = await BeatAsync(leases.AsMemory(), cancellation).ConfigureAwait(false);
            surroundings.Metrics.Beaten(leases.Length - unknown.Length);
            others.AddRange(unknown);
        }

        var beats = others.ConvertAll(lease => TryHeartbeatAsync(lease, cancellation));
        for (var i = 0; i < beats.Count; i++)
        {
            if (!await beats[i].ConfigureAwait(false))
                refused.Add(others[i].Key);
        }

        return refused;
    }

    /// <inheritdoc/>
    public async Task DeregisterAsync(RecordKey key, ulong? epoch, WriteOptions options, CancellationToken cancellation = default)
    {
        CheckOpen();
        await registry.DeregisterAsync(key, epoch, options, cancellation).ConfigureAwait(false);
        Leases.Remove(key, epoch ?? ulong.MaxValue);
    }

    /// <inheritdoc/>
    public void End() => Close(State.Ended);

    /// <inheritdoc/>
    public void Break()
    {
        var carried = Close(State.Broken);
        if (carried.Length > 0)
            surroundings.Scheduler?.Tell(new SchedulerMessage.Disconnected(Number, carried));
    }

    private ImmutableArray<LeaseKey> Close(State state)
    {
        lock (_gate)
        {
            if (_state != State.Open)
                return [];
            _state = state;
            surroundings.SessionClosed(Number);
            return Leases.ToArray();    // They keep their numbers: a beat that is under way is told of by these.
        }
    }

    private void CheckOpen() => ObjectDisposedException.ThrowIf(!IsOpen, this);

    private void CheckRoom(RecordKey key)
    {
        CheckOpen();
        if (Leases.Count >= EntriesMax && !Leases.Contains(key))
            throw NoRoom();
    }

    /// <summary>How many of the registrations, from the first on, the session may carry.</summary>
    private int CheckRoom(ImmutableArray<Registration> registrations)
    {
        CheckOpen();
        var (room, more) = (0, EntriesMax - Leases.Count);
        if (registrations.Length <= more)
            return registrations.Length;
        while (room < registrations.Length && (Leases.Contains(KeyOf(registrations[room])) || more-- > 0))
            room++;
        return room;
    }

    private RegistryException NoRoom() => surroundings.Metrics.Counted(Refusals.LimitReached(
        "limits.entries-per-session",
        $"This session carries {EntriesMax} entries, and no more are allowed; deregister some, or open another session"));

    private static RecordKey KeyOf(Registration registration) => new(registration.Service ?? "", registration.Id ?? "");

    /// <summary>Carries the leases from now on, if it is open.</summary>
    /// <returns>Their numbers; none when it is not.</returns>
    private ulong[] Carry(ReadOnlySpan<LeaseKey> leases)
    {
        lock (_gate)
            return _state == State.Open ? Leases.Put(leases) : [];
    }

    /// <summary>Writes the leases' numbers into answers that nobody has seen yet.</summary>
    private static void SetNumbers(ImmutableArray<RegistrationOutcome> answers, ReadOnlySpan<ulong> numbers)
    {
        if (numbers.IsEmpty)
            return;
        var next = 0;
        foreach (ref var answer in ImmutableCollectionsMarshal.AsArray(answers).AsSpan())
        {
            if (answer.Refusal is null)
                answer = answer with { Lease = numbers[next++] };
        }
    }

    /// <summary>Carries the entry's lease from now on: a beat of its own.</summary>
    /// <returns>Whether this node holds the lease.</returns>
    private async Task<bool> CarryAsync(ServiceEntry entry, CancellationToken cancellation)
    {
        var lease = new LeaseKey(entry.Record.Key, entry.Epoch);
        Carry([lease]);
        var unknown = await BeatAsync(new[] { lease }, cancellation).ConfigureAwait(false);
        return unknown.IsEmpty;
    }

    /// <summary>Beats for leases that the session carries, of entries with nothing to write when they beat.</summary>
    /// <param name="leases">The caller's to use again once the answer is there; not after <see cref="TimeoutException"/>.</param>
    /// <param name="cancellation">Ends the wait; beats may have counted.</param>
    /// <returns>Those that this node does not hold.</returns>
    internal async Task<ImmutableArray<LeaseKey>> BeatAsync(ReadOnlyMemory<LeaseKey> leases, CancellationToken cancellation)
    {
        if (surroundings.Scheduler is not { } scheduler)
            return [.. leases.Span];
        var unknown = await scheduler.Ask<SchedulerMessage, ImmutableArray<LeaseKey>>(
            to => new SchedulerMessage.BeatSession(Number, leases, to), Patience, time, cancellation).ConfigureAwait(false);
        // A beat that was under way when the session broke carries the lease all the same; nobody else will let it fall.
        lock (_gate)
        {
            if (_state == State.Broken)
                scheduler.Tell(new SchedulerMessage.Disconnected(Number, [.. leases.Span]));
        }

        return unknown;
    }

    /// <summary>As <see cref="BeatAsync(ReadOnlyMemory{LeaseKey}, CancellationToken)"/>, by places.</summary>
    /// <param name="desk">What is due there beats. Not to be used again after <see cref="TimeoutException"/> before it has let go.</param>
    /// <param name="cancellation">Ends the wait; beats may have counted.</param>
    /// <returns>Those that are no leases any more.</returns>
    internal async Task<ImmutableArray<LeaseId>> BeatAsync(BeatDesk desk, CancellationToken cancellation)
    {
        if (surroundings.Scheduler is not { } scheduler)
            return [.. desk.Due.Span];
        var ended = await scheduler.Ask<SchedulerMessage, ImmutableArray<LeaseId>>(
            to => new SchedulerMessage.BeatPlaces(desk.Due, to) { Session = Number }, Patience, time, cancellation).ConfigureAwait(false);
        lock (_gate)
        {
            if (_state == State.Broken)
                scheduler.Tell(new SchedulerMessage.Disconnected(Number, desk.DueKeys()));
        }

        return ended;
    }

    private void Sort(
        ReadOnlySpan<RecordKey> keys, ImmutableArray<LeaseKey>.Builder untroubled, List<LeaseKey> others, List<RecordKey> refused)
    {
        CheckOpen();
        foreach (var key in keys)
        {
            if (Leases.EpochOf(key) is not { } epoch)
                refused.Add(key);
            else if (registry.FindUntroubled(key, epoch) is not null)
                untroubled.Add(new LeaseKey(key, epoch));
            else
                others.Add(new LeaseKey(key, epoch));
        }
    }

    private async Task<bool> TryHeartbeatAsync(LeaseKey lease, CancellationToken cancellation)
    {
        try
        {
            await HeartbeatAsync(lease.Key, lease.Epoch, cancellation).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is RegistryException or TimeoutException or ObjectDisposedException)
        {
            return false;
        }
    }
}
