using System.Diagnostics;
using Akka.Registry.Contracts;

namespace Akka.Registry.Checks;

/// <summary>A change of one check of a standing entry.</summary>
internal abstract record CheckChange
{
    private CheckChange() { }

    /// <summary>The check that it is about.</summary>
    public abstract string CheckId { get; }

    /// <summary>Adds a check, or replaces the one of that id, which keeps its status.</summary>
    public sealed record Put(CheckDefinition Definition) : CheckChange
    {
        public override string CheckId => Definition.Id;
    }

    /// <summary>Takes a check away.</summary>
    public sealed record Remove(string Id) : CheckChange
    {
        public override string CheckId => Id;
    }

    /// <summary>Says how a TTL or manual check stands.</summary>
    public sealed record Report(string Id, InstanceStatus Status, string Output) : CheckChange
    {
        public override string CheckId => Id;
    }

    /// <summary>As it travels to the owner.</summary>
    public WireCheckChange ToWire() => this switch
    {
        Put put => new WireCheckChange { Put = CheckCodec.ToWire(put.Definition) },
        Remove remove => new WireCheckChange { Remove = remove.Id },
        Report report => new WireCheckChange
        {
            Report = new WireCheckReport { Id = report.Id, Status = (WireInstanceStatus)report.Status, Output = report.Output },
        },
        _ => throw new UnreachableException($"No encoding for {GetType().Name}."),
    };

    /// <summary>As it came from a peer.</summary>
    /// <returns>Null when it makes no sense.</returns>
    public static CheckChange? Read(WireCheckChange wire) => wire.ChangeCase switch
    {
        WireCheckChange.ChangeOneofCase.Put when CheckCodec.TryRead([wire.Put], out var read) => new Put(read[0].Definition),
        WireCheckChange.ChangeOneofCase.Remove => new Remove(wire.Remove),
        WireCheckChange.ChangeOneofCase.Report when CheckStatuses.IsOfCheck((InstanceStatus)wire.Report.Status) =>
            new Report(wire.Report.Id, (InstanceStatus)wire.Report.Status, wire.Report.Output),
        WireCheckChange.ChangeOneofCase.Put or WireCheckChange.ChangeOneofCase.Report or WireCheckChange.ChangeOneofCase.None => null,
        _ => throw new UnreachableException($"No decoding for {wire.ChangeCase}."),
    };
}
