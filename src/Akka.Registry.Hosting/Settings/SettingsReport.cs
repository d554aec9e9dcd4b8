namespace Akka.Registry.Hosting.Settings;

/// <summary>The settings in force, for the log at start: each with its value and where it came from.</summary>
public static class SettingsReport
{
    /// <summary>What stands for a secret.</summary>
    internal const string Mask = "<hidden>";

    /// <summary>One line a setting: <c>key = value  # source</c>, which is HOCON.</summary>
    /// <param name="settings">From <see cref="BoundOptions{T}.Settings"/>.</param>
    /// <param name="withDefaults">Whether settings that no source sets are listed too.</param>
    /// <returns>The lines, in the order given.</returns>
    public static IEnumerable<string> Lines(IEnumerable<EffectiveSetting> settings, bool withDefaults = true) =>
        settings
            .Where(setting => withDefaults || !setting.IsDefault)
            .Select(setting => $"{setting.Key} = {setting.Value}  # {setting.Source}");
}
