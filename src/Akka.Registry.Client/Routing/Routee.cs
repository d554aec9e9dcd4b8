using Akka.Registry.Client.Directory;
using Akka.Registry.Routing;

namespace Akka.Registry.Client.Routing;

/// <summary>An instance as a view shows it, and what this router's calls to it came to.</summary>
internal sealed record Routee(ServiceInstance Instance, InstanceCalls Calls);

/// <summary>A client's pool: it counts the calls that are under way.</summary>
internal sealed class InstancePool(Routee[] routees) : RouteePool<Routee>(routees)
{
    /// <inheritdoc/>
    public override bool CountsCalls => true;

    /// <inheritdoc/>
    public override string IdOf(int index) => this[index].Instance.Id;

    /// <inheritdoc/>
    public override int WeightOf(int index) => this[index].Instance.Weight;

    /// <inheritdoc/>
    public override string ZoneOf(int index) => this[index].Instance.Zone;

    /// <inheritdoc/>
    public override int OutstandingOf(int index) => this[index].Calls.Outstanding;

    /// <inheritdoc/>
    protected override RouteePool<Routee> With(Routee[] routees) => new InstancePool(routees);
}
