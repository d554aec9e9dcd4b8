namespace Akka.Registry.Hosting.Hocon;

/// <summary>
/// The one exception of reading HOCON: the text is not what the format allows, a substitution leads nowhere, a file
/// cannot be read, or a limit is passed.
/// </summary>
/// <remarks>Nothing was loaded. A retry does not help before what stands at <see cref="Origin"/> is mended.</remarks>
public sealed class HoconException : Exception
{
    /// <summary>An error at a place.</summary>
    /// <param name="origin">Where.</param>
    /// <param name="problem">What was found and what was expected; a sentence.</param>
    /// <param name="remedy">The way out; a sentence.</param>
    public HoconException(HoconOrigin origin, string problem, string remedy)
        : base($"{origin}: {problem} {remedy}")
    {
        Origin = origin;
        Problem = problem;
        Remedy = remedy;
    }

    /// <summary>Where.</summary>
    public HoconOrigin Origin { get; }

    /// <summary>What was found and what was expected.</summary>
    public string Problem { get; }

    /// <summary>The way out.</summary>
    public string Remedy { get; }
}
