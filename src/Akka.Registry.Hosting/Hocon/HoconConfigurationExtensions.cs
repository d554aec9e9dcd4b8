using Microsoft.Extensions.Configuration;

namespace Akka.Registry.Hosting.Hocon;

/// <summary>Adds HOCON to a configuration.</summary>
public static class HoconConfigurationExtensions
{
    /// <summary>Adds a file. What is added later overrides it, key by key (and list by list).</summary>
    /// <param name="builder">The configuration.</param>
    /// <param name="path">Absolute, or relative to the working directory.</param>
    /// <param name="optional">Whether the file may be missing.</param>
    /// <returns>The same builder.</returns>
    public static IConfigurationBuilder AddHoconFile(
        this IConfigurationBuilder builder, string path, bool optional = false) =>
        builder.Add(new HoconConfigurationSource { Path = path, Optional = optional });

    /// <summary>Adds a text, for example one that a test or a deployment tool composed.</summary>
    /// <param name="builder">The configuration.</param>
    /// <param name="text">HOCON.</param>
    /// <param name="name">What errors call it.</param>
    /// <returns>The same builder.</returns>
    public static IConfigurationBuilder AddHoconText(
        this IConfigurationBuilder builder, string text, string name = "text") =>
        builder.Add(new HoconConfigurationSource { Text = text, TextName = name });
}
