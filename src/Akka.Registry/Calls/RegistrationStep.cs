using Akka.Registry.DistributedData;
using Akka.Registry.DistributedData.Values;
using Akka.Registry.Entries;

namespace Akka.Registry.Calls;

/// <summary>
/// One registration as the registry makes it, whoever waits for it: validated, written as <see cref="RegistrationPlan"/> says, and
/// written once more if another entry stood than it was planned on.
/// </summary>
internal struct RegistrationStep(ICallSurroundings surroundings, Registration registration)
{
    private readonly RecordKey _key = new(registration.Service ?? "", registration.Id ?? "");
    private RecordValue _value;
    private MapRecord? _plannedOn;

    /// <summary>Decides what to write. From then on the registration is under way, until it has ended.</summary>
    /// <param name="wallClock">The wall clock.</param>
    /// <param name="write">What to write.</param>
    /// <returns>Why nothing is to be written; null when something is.</returns>
    public RegistryException? Begin(DateTimeOffset wallClock, out MapWrite.Register write)
    {
        write = null!;
        var limits = surroundings.Options.Limits;
        if (surroundings.WritesRefused is { } reason)
            return Refusals.NotReady(reason);
        if (RegistrationValidator.Check(registration, limits, surroundings.Options.Leases, surroundings.Options.Checks) is { } wrong)
            return wrong;
        var standing = surroundings.Find(_key);
        if (standing is null && Full(limits) is { } full)
            return full;
        var plan = Plan(standing, wallClock);
        if (RegistrationValidator.CheckSize(plan.OwnBytes, limits) is { } tooLarge)
            return tooLarge;
        (_plannedOn, _value) = (standing?.Record, plan.Value);
        surroundings.Ledger.RegistrationBegins(_key);
        write = new MapWrite.Register(_key, registration.Epoch, _value);
        return null;
    }

    /// <summary>What is to be written in the place of what was, since another entry stood than it was planned on; null for nothing.</summary>
    public readonly MapWrite.Replace? Again(MapWriteResult result, DateTimeOffset wallClock)
    {
        if (result is not { Outcome: MapWriteOutcome.Accepted, Before: { IsLive: true } before } || before.Dot == _plannedOn?.Dot
            || !surroundings.Codec.TryDecode(before, out var standing))
            return null;
        var value = Plan(standing, wallClock).Value;
        return value == _value ? null : new MapWrite.Replace(_key, result.Record!.Order, Revive: false, value);
    }

    /// <summary>Ends it as the map has answered.</summary>
    /// <param name="first">The answer to the first write.</param>
    /// <param name="last">That to the second one; the same where there was none, or where it lost to another change.</param>
    public readonly RegistrationOutcome End(MapWriteResult first, MapWriteResult last)
    {
        var standing = surroundings.Find(_key);
        surroundings.Ledger.RegistrationEnds(_key, standing);
        if (first.Outcome != MapWriteOutcome.Accepted)
            return new RegistrationOutcome(null, Refusals.Of(_key, first));
        surroundings.Metrics.Registered();
        var entry = standing;
        if (standing?.Record.Dot != last.Record!.Dot && surroundings.Codec.TryDecode(last.Record, out var written))
            entry = written; // Another change came while the write was spread; the answer is about this one.
        return entry is null
            ? new RegistrationOutcome(null, Refusals.NotFound(_key))
            : new RegistrationOutcome(
                new RegistrationResult(entry, first.Before is { IsLive: true }, entry.Ttl, last.HeldBy, last.Members, last.ConsistencyReached), null);
    }

    /// <summary>Ends it without an answer of the map.</summary>
    /// <returns>What to tell who waits.</returns>
    public readonly RegistrationOutcome GiveUp()
    {
        surroundings.Ledger.RegistrationEnds(_key, surroundings.Find(_key));
        return new RegistrationOutcome(null, Refusals.Unanswered(_key));
    }

    private readonly RegistrationPlan Plan(ServiceEntry? standing, DateTimeOffset wallClock) => RegistrationPlan.Build(
        registration, standing, RegistrationValidator.Terms(registration, surroundings.Options.Leases), wallClock);

    private readonly RegistryException? Full(LimitOptions limits)
    {
        if (surroundings.IsMemoryHigh)
            return Refusals.MemoryHigh();
        if (surroundings.EntryCount >= limits.Entries)
        {
            return Refusals.LimitReached(
                "limits.entries", $"The registry holds {limits.Entries} entries, and no more are allowed; deregister some");
        }

        return surroundings.EntriesOf(_key.Service) < limits.EntriesPerService ? null : Refusals.LimitReached(
            "limits.entries-per-service",
            $"Service '{_key.Service}' has {limits.EntriesPerService} entries, and no more are allowed; deregister some");
    }
}
