namespace Akka.Registry.Routing;

/// <summary>A node's pool: entries of one tier. Nodes count no calls; they hand routees out and do not see what becomes of it.</summary>
internal sealed class EntryPool(ServiceEntry[] entries) : RouteePool<ServiceEntry>(entries)
{
    /// <inheritdoc/>
    public override string IdOf(int index) => this[index].Id;

    /// <inheritdoc/>
    public override int WeightOf(int index) => this[index].Weight;

    /// <inheritdoc/>
    public override string ZoneOf(int index) => this[index].Zone;

    /// <inheritdoc/>
    protected override RouteePool<ServiceEntry> With(ServiceEntry[] routees) => new EntryPool(routees);
}
