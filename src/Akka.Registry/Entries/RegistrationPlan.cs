using Akka.Registry.Checks;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData.Values;

namespace Akka.Registry.Entries;

/// <summary>
/// What a registration writes, given the entry that stands: a pure rule, so that it can be asked again when another one
/// stood.
/// </summary>
/// <param name="Value">The bytes of an <see cref="InstanceValue"/>.</param>
/// <param name="OwnBytes">
/// How many of them the instance is answerable for: all but what its checks have put out, which has a limit of its own.
/// </param>
internal readonly record struct RegistrationPlan(RecordValue Value, int OwnBytes)
{
    /// <summary>The value to write.</summary>
    /// <remarks>
    /// The operator's override outlives the registration, whatever the epoch. The time of registration is that of the
    /// epoch's first;
    /// a registration that brings no epoch goes on with the live entry's. What the owner thought of the lease is over:
    /// it speaks. What clients reported of it is not: it stays while the epoch does.
    /// Equal arguments give equal bytes.
    /// </remarks>
    /// <param name="registration">Valid.</param>
    /// <param name="standing">The live entry of the same key; null for none.</param>
    /// <param name="terms">The lease's terms, defaults filled in.</param>
    /// <param name="now">The wall clock.</param>
    public static RegistrationPlan Build(
        Registration registration, ServiceEntry? standing, Leases.LeaseTerms terms, DateTimeOffset now)
    {
        var sameEpoch = standing is not null && (registration.Epoch is null || registration.Epoch == standing.Epoch);
        var facts = new InstanceFacts
        {
            Override = standing?.Override is { } status ? (WireInstanceStatus)status : WireInstanceStatus.Unspecified,
            Suspect = sameEpoch && standing!.Suspect,
            RegisteredAtMs = (ulong)(sameEpoch ? standing!.RegisteredAt : now).ToUnixTimeMilliseconds(),
        };
        WireCheck[] checks = registration.Checks.Count == 0 ? [] : [.. PlanChecks(registration.Checks, sameEpoch ? standing!.Checks : [])];
        var value = InstanceWriter.Write(registration, terms, facts, checks);
        return new RegistrationPlan(value, value.Length - checks.Sum(static check => System.Text.Encoding.UTF8.GetByteCount(check.Output)));
    }

    /// <summary>
    /// The checks to write: one whose id stands already keeps what came of it, however its definition has changed. A new epoch is another
    /// run of the instance: its checks begin anew.
    /// </summary>
    private static IEnumerable<WireCheck> PlanChecks(IReadOnlyList<CheckDefinition> definitions, IReadOnlyList<CheckState> standing) =>
        definitions.Select(definition => standing.FirstOrDefault(state => state.Id == definition.Id) is { } known
            ? CheckCodec.ToWire(definition).WithResult(known.Status, known.Output, known.Since)
            : CheckCodec.ToWire(definition));
}
