using Microsoft.Extensions.Configuration;

namespace Akka.Registry.Hosting.Settings;

/// <summary>Adds what overrides the files: environment variables, and above them command-line switches.</summary>
public static class SettingsConfigurationExtensions
{
    /// <summary>
    /// Adds the variables that start with <c>AKKA_REGISTRY__</c>; see <see cref="RegistryEnvironmentSource"/>.
    /// </summary>
    /// <param name="builder">The configuration.</param>
    /// <returns>The same builder.</returns>
    public static IConfigurationBuilder AddRegistryEnvironment(this IConfigurationBuilder builder) =>
        builder.Add(new RegistryEnvironmentSource());

    /// <summary>Adds the switches that have a dot in their name; see <see cref="RegistrySwitchesSource"/>.</summary>
    /// <param name="builder">The configuration.</param>
    /// <param name="arguments">The arguments of the program.</param>
    /// <returns>The same builder.</returns>
    public static IConfigurationBuilder AddRegistrySwitches(
        this IConfigurationBuilder builder, IReadOnlyList<string> arguments) =>
        builder.Add(new RegistrySwitchesSource { Arguments = arguments });
}
