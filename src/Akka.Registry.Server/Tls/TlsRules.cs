using Akka.Registry.Hosting.Settings;
using Akka.Registry.Tls;

namespace Akka.Registry.Server.Tls;

/// <summary>What has to hold between the doors' addresses and their TLS, before the first port opens.</summary>
internal static class TlsRules
{
    private const string Http = "http://";
    private const string Https = "https://";

    /// <summary>The addresses of a door: those of the default are <c>https://</c> where the door speaks TLS.</summary>
    /// <param name="urls">As bound.</param>
    /// <param name="isDefault">Whether no setting names them.</param>
    /// <param name="isTls">Whether the door speaks TLS.</param>
    public static IReadOnlyList<string> Addresses(IReadOnlyList<string> urls, bool isDefault, bool isTls) =>
        isDefault && isTls ? [.. urls.Select(url => url.Replace(Http, Https, StringComparison.OrdinalIgnoreCase))] : urls;

    /// <summary>Adds what does not fit.</summary>
    /// <param name="settings">Each setting in force.</param>
    /// <param name="tls">TLS.</param>
    /// <param name="doors">The doors' names, addresses and TLS.</param>
    public static IEnumerable<SettingsError> Errors(
        IReadOnlyList<EffectiveSetting> settings, TlsOptions tls, params IEnumerable<(string Name, IReadOnlyList<string> Urls, bool IsTls)> doors)
    {
        var open = doors.ToList();
        foreach (var (name, urls, isTls) in open)
        {
            foreach (var url in urls)
            {
                if (isTls && url.StartsWith(Http, StringComparison.OrdinalIgnoreCase))
                {
                    yield return Error(
                        settings, $"{name}.urls",
                        $"\"{url}\" is plain text, and this door speaks TLS. Write {Https}, or set tls.doors.{name} = off.");
                }

                if (!isTls && url.StartsWith(Https, StringComparison.OrdinalIgnoreCase))
                {
                    yield return Error(
                        settings, $"{name}.urls",
                        $"\"{url}\" needs TLS, which is off for this door. Set tls.doors.{name} = on, or tls.enabled = on.");
                }
            }
        }

        if (!(tls.IsOn(tls.Doors.Cluster) || open.Any(door => door.IsTls && door.Urls.Count > 0)))
            yield break;
        if (!tls.HasCertificate)
        {
            yield return Error(
                settings, "tls.certificate", "A door speaks TLS, and there is no certificate to show. Set it and tls.key, or tls.store.find.");
        }

        if (tls is { Nodes: { Match: NodeNaming.Any, Names.Count: 0 }, Ca: null } && tls.IsOn(tls.Doors.Cluster))
        {
            yield return Error(
                settings, "tls.nodes.match",
                "any would take whoever has a certificate of an authority that the machine believes for a node. Set tls.ca, or tls.nodes.names.");
        }
    }

    private static SettingsError Error(IReadOnlyList<EffectiveSetting> settings, string key, string message)
    {
        var path = $"{SettingKeys.Root.Replace(':', '.')}.{key}";
        return new SettingsError(path, settings.FirstOrDefault(setting => setting.Key == path)?.Source ?? "default", message);
    }
}
