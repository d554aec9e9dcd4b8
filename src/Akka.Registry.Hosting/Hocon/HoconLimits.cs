namespace Akka.Registry.Hosting.Hocon;

/// <summary>
/// What a document may cost. HOCON lets a short text describe an exponentially large tree
/// (<c>b = ${a}${a}, c = ${b}${b}, …</c>), so the result is limited as well as the text; each limit lies far above any
/// real configuration, and passing one is an error that names it.
/// </summary>
internal static class HoconLimits
{
    /// <summary>Size of one file or text: 1 MiB.</summary>
    public const int FileBytesMax = 1024 * 1024;

    /// <summary>Files read for one document, the first included.</summary>
    public const int FilesMax = 64;

    /// <summary>Levels of objects and lists; each element of a dotted key is a level.</summary>
    public const int DepthMax = 32;

    /// <summary>Length of one element of a key.</summary>
    public const int KeyCharactersMax = 256;

    /// <summary>Substitutions written in one document, <c>+=</c> included.</summary>
    public const int SubstitutionsMax = 1_000;

    /// <summary>Evaluations that may wait for one another: the longest chain of substitutions.</summary>
    public const int ResolutionDepthMax = 128;

    /// <summary>Evaluations in all, copies made by merging included.</summary>
    public const int ResolutionStepsMax = 1_000_000;

    /// <summary>Values in the resolved tree.</summary>
    public const int ValuesMax = 20_000;

    /// <summary>Characters that string concatenation may produce in all: 4 Mi.</summary>
    public const int ConcatenatedCharactersMax = 4 * 1024 * 1024;
}
