using System.ComponentModel.DataAnnotations;

namespace Akka.Registry;

/// <summary>
/// What one registration, and all of them together, may take. Past a limit: a clear error, nothing changed.
/// </summary>
/// <remarks>
/// The limits hold where an instance registers; what a peer has accepted is taken as it is. Keep them equal on all
/// nodes.
/// </remarks>
public sealed record LimitOptions
{
    /// <summary>
    /// Bytes of one encoded entry; 256 to 65,536, default 8,192. More room for metadata against memory on every node.
    /// </summary>
    [Range(256, 65_536)]
    public int EntryBytes { get; init; } = 8_192;

    /// <summary>Metadata pairs of one entry; 0 to 1,024, default 64.</summary>
    [Range(0, 1_024)]
    public int MetadataPairs { get; init; } = 64;

    /// <summary>Characters of a metadata key; 1 to 1,024, default 128.</summary>
    [Range(1, 1_024)]
    public int MetadataKeyLength { get; init; } = 128;

    /// <summary>Characters of a metadata value; 0 to 65,536, default 1,024.</summary>
    [Range(0, 65_536)]
    public int MetadataValueLength { get; init; } = 1_024;

    /// <summary>Tags of one entry; 0 to 1,024, default 64.</summary>
    [Range(0, 1_024)]
    public int Tags { get; init; } = 64;

    /// <summary>Characters of a tag; 1 to 1,024, default 128.</summary>
    [Range(1, 1_024)]
    public int TagLength { get; init; } = 128;

    /// <summary>Methods of one entry; 0 to 4,096, default 256.</summary>
    [Range(0, 4_096)]
    public int Methods { get; init; } = 256;

    /// <summary>Characters of a method; 1 to 1,024, default 256.</summary>
    [Range(1, 1_024)]
    public int MethodLength { get; init; } = 256;

    /// <summary>
    /// Characters of a service's name; 1 to 128, default 128. Letters, digits, dot, dash and underscore.
    /// </summary>
    [Range(1, 128)]
    public int ServiceNameLength { get; init; } = 128;

    /// <summary>Characters of an instance's id; 1 to 256, default 256. Printable ones.</summary>
    [Range(1, 256)]
    public int InstanceIdLength { get; init; } = 256;

    /// <summary>Characters of an address; 1 to 255, default 255 (the longest DNS name).</summary>
    [Range(1, 255)]
    public int AddressLength { get; init; } = 255;

    /// <summary>Characters of a zone and of a version; 1 to 255, default 128.</summary>
    [Range(1, 255)]
    public int LabelLength { get; init; } = 128;

    /// <summary>
    /// Entries of the whole registry; 1 to 100,000,000, default 2,000,000. An entry takes about half a kilobyte on every
    /// node.
    /// </summary>
    [Range(1, 100_000_000)]
    public int Entries { get; init; } = 2_000_000;

    /// <summary>
    /// Entries of one service; 1 to 10,000,000, default 100,000. A snapshot of a service is made as a whole.
    /// </summary>
    [Range(1, 10_000_000)]
    public int EntriesPerService { get; init; } = 100_000;

    /// <summary>
    /// Calls that wait for an answer (a peer's, or of the map) at once; 100 to 10,000,000, default 200,000. More are
    /// refused.
    /// </summary>
    [Range(100, 10_000_000)]
    public int PendingCalls { get; init; } = 200_000;

    /// <summary>
    /// Which share of the memory that the process may use (the container's limit, else the machine's) its heap may take before new
    /// registrations are refused; 0 to 1, default 0.85. 0: none is refused for that.
    /// </summary>
    /// <remarks>
    /// Beats, replacements, reads, deregistrations and what peers have taken go on; it ends when 5 % less than the mark is in use. Without
    /// it a node that is filled by one mistaken client ends, and its entries fall to its peers, which have no more memory than it had.
    /// </remarks>
    [Range(0.0, 1.0)]
    public double MemoryHighWater { get; init; } = 0.85;

    /// <summary>
    /// Clients' sessions at this node at once; 1 to 1,000,000, default 100,000. More are refused until one ends.
    /// </summary>
    [Range(1, 1_000_000)]
    public int Sessions { get; init; } = 100_000;

    /// <summary>
    /// Entries that one session carries; 1 to 1,000,000, default 10,000. All of them fall when it breaks.
    /// </summary>
    [Range(1, 1_000_000)]
    public int EntriesPerSession { get; init; } = 10_000;
}
