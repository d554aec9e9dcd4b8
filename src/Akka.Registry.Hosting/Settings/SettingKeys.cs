using System.Text;

namespace Akka.Registry.Hosting.Settings;

/// <summary>
/// The forms of a key. HOCON, switches and messages write <c>akka.registry.cluster.seed-nodes</c>,
/// <c>IConfiguration</c> puts a colon for each dot, and a property is called <c>SeedNodes</c>.
/// </summary>
public static class SettingKeys
{
    /// <summary>The section of all settings, as <c>IConfiguration</c> writes it.</summary>
    public const string Root = "akka:registry";

    /// <summary>A key as <c>IConfiguration</c> writes it.</summary>
    /// <param name="path">The key with dots.</param>
    /// <returns>The key with colons.</returns>
    public static string ToConfiguration(string path) => path.Replace('.', ':');

    /// <summary>A key as HOCON writes it.</summary>
    /// <param name="key">The key with colons.</param>
    /// <returns>The key with dots.</returns>
    public static string ToPath(string key) => key.Replace(':', '.');

    /// <summary>
    /// What a property, or a case of an enumeration, is called in keys and values: <c>SeedNodes</c> is
    /// <c>seed-nodes</c>.
    /// </summary>
    /// <param name="name">In Pascal case. A run of capitals is one word; digits belong to the word before them.</param>
    /// <returns>In kebab case.</returns>
    public static string ToKebabCase(string name)
    {
        var kebab = new StringBuilder(name.Length + 8);
        for (var i = 0; i < name.Length; i++)
        {
            var startsWord = char.IsUpper(name[i]) && i > 0
                && (!char.IsUpper(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1])));
            if (startsWord)
                kebab.Append('-');
            kebab.Append(char.ToLowerInvariant(name[i]));
        }

        return kebab.ToString();
    }
}
