using Akka.Registry.Checks;
using Akka.Registry.Contracts;

namespace Akka.Registry.Entries;

/// <summary>
/// What a registration writes, given the entry that stands: a pure rule, so that it can be asked again when another one
/// stood.
/// </summary>
internal static class RegistrationPlan
{
    /// <summary>The value to write.</summary>
    /// <remarks>
    /// The operator's override outlives the registration, whatever the epoch. The time of registration is that of the
    /// epoch's first;
    /// a registration that brings no epoch goes on with the live entry's. What the owner thought of the lease is over:
    /// it speaks.
    /// Equal arguments give equal bytes (pairs are in the order of their keys).
    /// </remarks>
    /// <param name="registration">Valid.</param>
    /// <param name="standing">The live entry of the same key; null for none.</param>
    /// <param name="terms">The lease's terms, defaults filled in.</param>
    /// <param name="now">The wall clock.</param>
    public static InstanceValue Build(
        Registration registration, ServiceEntry? standing, Leases.LeaseTerms terms, DateTimeOffset now)
    {
        var sameEpoch = standing is not null && (registration.Epoch is null || registration.Epoch == standing.Epoch);
        var value = new InstanceValue
        {
            Address = registration.Address,
            Port = (uint)registration.Port,
            Zone = registration.Zone,
            Version = registration.Version,
            Weight = (uint)registration.Weight,
            TtlMs = (ulong)terms.Ttl.TotalMilliseconds,
            DeregisterAfterMs = (ulong)terms.DeregisterAfter.TotalMilliseconds,
            Reported = (WireInstanceStatus)registration.Status,
            Override = standing?.Override is { } status ? (WireInstanceStatus)status : WireInstanceStatus.Unspecified,
            NoLease = registration.Lease == LeaseKind.None,
            RegisteredAtMs = (ulong)(sameEpoch ? standing!.RegisteredAt : now).ToUnixTimeMilliseconds(),
        };
        value.Methods.AddRange(registration.Methods);
        value.Tags.AddRange(registration.Tags);
        foreach (var (key, text) in registration.Metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            value.Metadata.Add(key, text);
        value.Checks.AddRange(PlanChecks(registration.Checks, sameEpoch ? standing!.Checks : []));
        return value;
    }

    /// <summary>
    /// Bytes that the instance is answerable for: all but what its checks have put out, which has a limit of its own.
    /// </summary>
    public static int SizeOf(InstanceValue value) =>
        value.CalculateSize() - value.Checks.Sum(check => System.Text.Encoding.UTF8.GetByteCount(check.Output));

    /// <summary>
    /// The checks to write: one whose id stands already keeps what came of it, however its definition has changed. A new epoch is another
    /// run of the instance: its checks begin anew.
    /// </summary>
    public static IEnumerable<WireCheck> PlanChecks(IReadOnlyList<CheckDefinition> definitions, IReadOnlyList<CheckState> standing) =>
        definitions.Select(definition => standing.FirstOrDefault(state => state.Id == definition.Id) is { } known
            ? CheckCodec.ToWire(definition).WithResult(known.Status, known.Output, known.Since)
            : CheckCodec.ToWire(definition));
}
