using Microsoft.Extensions.Configuration;

namespace Akka.Registry.Hosting.Hocon;

/// <summary>HOCON, from a file or from memory, as a source of <see cref="IConfiguration"/>.</summary>
/// <remarks>
/// An object becomes a section, a list the keys <c>0</c>, <c>1</c>, …; an empty list or object is the empty string at
/// its own key, and <c>null</c> a key without value. The file is read once, when the configuration is built; it is not
/// watched.
/// </remarks>
public sealed class HoconConfigurationSource : IConfigurationSource
{
    /// <summary>The file, absolute or relative to the working directory; null: <see cref="Text"/> is given.</summary>
    public string? Path { get; init; }

    /// <summary>The text, when it comes from no file.</summary>
    public string? Text { get; init; }

    /// <summary>What errors call <see cref="Text"/>.</summary>
    public string TextName { get; init; } = "text";

    /// <summary>Whether the file may be missing. By default it may not.</summary>
    public bool Optional { get; init; }

    /// <summary>
    /// Answers for substitutions that the document does not define; null for an unknown name. By default the
    /// environment variables of the process.
    /// </summary>
    public Func<string, string?> EnvironmentVariable { get; init; } = Environment.GetEnvironmentVariable;

    /// <inheritdoc />
    public IConfigurationProvider Build(IConfigurationBuilder builder) => new HoconConfigurationProvider(this);
}
