using System.Text;

namespace Akka.Registry.Hosting.Settings;

/// <summary>One thing that is wrong with the settings.</summary>
/// <param name="Key">The key, with dots, from the root.</param>
/// <param name="Place">Where the value was written: file:line:column, environment variable or switch; or default.</param>
/// <param name="Problem">What is wrong, what is allowed, and what the default is; sentences.</param>
public sealed record SettingsError(string Key, string Place, string Problem)
{
    /// <summary>Key, place and problem on one line.</summary>
    public override string ToString() => $"{Key} ({Place}): {Problem}";
}

/// <summary>The settings cannot be used. Holds everything that is wrong with them, not just the first thing.</summary>
/// <remarks>Thrown before anything was started. A retry does not help before the settings are mended.</remarks>
public sealed class SettingsException : Exception
{
    /// <summary>Wrong settings.</summary>
    /// <param name="errors">All errors; at least one.</param>
    public SettingsException(IReadOnlyList<SettingsError> errors)
        : base(Describe(errors)) => Errors = errors;

    /// <summary>All errors, in the order of their keys.</summary>
    public IReadOnlyList<SettingsError> Errors { get; }

    private static string Describe(IReadOnlyList<SettingsError> errors)
    {
        var text = new StringBuilder(
            errors.Count == 1 ? "One setting is wrong" : $"{errors.Count} settings are wrong").Append(':');
        foreach (var error in errors)
            text.Append("\n  ").Append(error);
        return text.ToString();
    }
}
