using Microsoft.Extensions.Configuration;

namespace Akka.Registry.Hosting.Settings;

/// <summary>Settings that are known when the provider is built, each with the place that it came from.</summary>
internal sealed class OriginatedSettings : ConfigurationProvider, ISettingOrigins
{
    private readonly string _name;
    private readonly Dictionary<string, (string Value, string Origin)> _settings;

    public OriginatedSettings(string name, Dictionary<string, (string Value, string Origin)> settings)
    {
        _name = name;
        _settings = settings;
        foreach (var (key, (value, _)) in settings)
            Data[key] = value;
    }

    public string? OriginOf(string key) => _settings.TryGetValue(key, out var setting) ? setting.Origin : null;

    public override string ToString() => _name;
}
