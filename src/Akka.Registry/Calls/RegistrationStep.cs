using Akka.Registry.DistributedData;
using Akka.Registry.Entries;

namespace Akka.Registry.Calls;

/// <summary>
/// One registration as the registry makes it, whoever waits for it: validated, written as <see cref="RegistrationPlan"/> says, and
/// written once more if another entry stood than it was planned on.
/// </summary>
internal struct RegistrationStep(Registration registration)
{
    private MapWrite.Register? _write;
    private MapRecord? _plannedOn;

    /// <summary>Decides what to write. From then on the registration is under way, until it has ended.</summary>
    /// <param name="surroundings">Where it happens, as for all that follows.</param>
    /// <param name="wallClock">The wall clock.</param>
    /// <param name="write">What to write.</param>
    /// <returns>Why nothing is to be written; null when something is.</returns>
    public RegistryException? Begin(ICallSurroundings surroundings, DateTimeOffset wallClock, out MapWrite.Register write)
    {
        write = null!;
        var limits = surroundings.Options.Limits;
        if (surroundings.WritesRefused is { } reason)
            return Refusals.NotReady(reason);
        if (RegistrationValidator.Check(registration, limits, surroundings.Options.Leases, surroundings.Options.Checks) is { } wrong)
            return wrong;
        var key = new RecordKey(registration.Service, registration.Id);
        var standing = surroundings.Find(key);
        if (standing is null && Full(surroundings, registration.Service) is { } full)
            return full;
        var plan = Plan(surroundings, standing, wallClock);
        if (RegistrationValidator.CheckSize(plan.OwnBytes, limits) is { } tooLarge)
            return tooLarge;
        surroundings.Ledger.RegistrationBegins(key);
        (_plannedOn, _write) = (standing?.Record, write = new MapWrite.Register(key, registration.Epoch, plan.Value));
        return null;
    }

    /// <summary>What is to be written in the place of what was, since another entry stood than it was planned on; null for nothing.</summary>
    public readonly MapWrite.Replace? Again(ICallSurroundings surroundings, in MapWriteResult result, DateTimeOffset wallClock)
    {
        if (result is not { Outcome: MapWriteOutcome.Accepted, Before: { IsLive: true } before } || before.Dot == _plannedOn?.Dot
            || !surroundings.Codec.TryDecode(before, out var standing))
            return null;
        var value = Plan(surroundings, standing, wallClock).Value;
        return value == _write!.Value ? null : new MapWrite.Replace(_write.Key, result.Record!.Order, Revive: false, value);
    }

    /// <summary>Ends it as the map has answered.</summary>
    /// <param name="surroundings">Where it happens.</param>
    /// <param name="first">The answer to the first write.</param>
    /// <param name="last">That to the second one; the same where there was none, or where it lost to another change.</param>
    public readonly RegistrationOutcome End(ICallSurroundings surroundings, in MapWriteResult first, in MapWriteResult last)
    {
        var key = _write!.Key;
        var standing = surroundings.Find(key);
        surroundings.Ledger.RegistrationEnds(key, standing);
        if (first.Outcome != MapWriteOutcome.Accepted)
            return new RegistrationOutcome(Refusals.Of(key, first));
        surroundings.Metrics.Registered();
        var entry = standing;
        if (standing?.Record.Dot != last.Record!.Dot && surroundings.Codec.TryDecode(last.Record, out var written))
            entry = written; // Another change came while the write was spread; the answer is about this one.
        if (entry is null)
            return new RegistrationOutcome(Refusals.NotFound(key));
        return new RegistrationOutcome(
            new RegistrationResult(entry, first.Before is { IsLive: true }, last.HeldBy, last.Members, last.ConsistencyReached));
    }

    /// <summary>Ends it without an answer of the map.</summary>
    /// <returns>What to tell who waits.</returns>
    public readonly RegistrationOutcome GiveUp(ICallSurroundings surroundings)
    {
        var key = _write!.Key;
        surroundings.Ledger.RegistrationEnds(key, surroundings.Find(key));
        return new RegistrationOutcome(Refusals.Unanswered(key));
    }

    private readonly RegistrationPlan Plan(ICallSurroundings surroundings, ServiceEntry? standing, DateTimeOffset wallClock) =>
        RegistrationPlan.Build(
            registration, standing, RegistrationValidator.Terms(registration, surroundings.Options.Leases), wallClock);

    private static RegistryException? Full(ICallSurroundings surroundings, string service)
    {
        var limits = surroundings.Options.Limits;
        if (surroundings.IsMemoryHigh)
            return Refusals.MemoryHigh();
        if (surroundings.EntryCount >= limits.Entries)
        {
            return Refusals.LimitReached(
                "limits.entries", $"The registry holds {limits.Entries} entries, and no more are allowed; deregister some");
        }

        return surroundings.EntriesOf(service) < limits.EntriesPerService ? null : Refusals.LimitReached(
            "limits.entries-per-service",
            $"Service '{service}' has {limits.EntriesPerService} entries, and no more are allowed; deregister some");
    }
}
