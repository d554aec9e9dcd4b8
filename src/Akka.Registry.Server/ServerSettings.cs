using Akka.Registry.Etcd;
using Akka.Registry.Hosting.Hocon;
using Akka.Registry.Hosting.Settings;
using Akka.Registry.Server.Consul;
using Akka.Registry.Server.Dns;
using Akka.Registry.Server.Eureka;
using Akka.Registry.Server.Memory;
using Akka.Registry.Server.Metrics;
using Akka.Registry.Server.Tls;

namespace Akka.Registry.Server;

/// <summary>Everything that a server is told: by files, by the environment, by switches, in rising order of precedence.</summary>
/// <param name="Node">The node.</param>
/// <param name="Http">Its HTTP door.</param>
/// <param name="Dns">Its DNS door.</param>
/// <param name="Consul">Its door for Consul's clients.</param>
/// <param name="Eureka">Its door for Eureka's clients.</param>
/// <param name="Engine">What keeps its members and entries; null for gossip.</param>
/// <param name="Telemetry">Where its metrics go besides.</param>
/// <param name="Memory">What it does about its memory.</param>
/// <param name="Effective">Each setting in force and where it came from.</param>
internal sealed record ServerSettings(
    RegistryNodeOptions Node, HttpOptions Http, DnsOptions Dns, ConsulOptions Consul, EurekaOptions Eureka,
    Func<EngineSurroundings, RegistryEngine>? Engine, TelemetryOptions Telemetry, MemoryOptions Memory,
    IReadOnlyList<EffectiveSetting> Effective)
{
    private const string ConfigSwitch = "--config";
    private const string EngineSwitch = "--engine";

    /// <summary>Help for people.</summary>
    public const string Usage =
        """
        Akka.Registry: one node of a masterless service registry.

          dotnet Akka.Registry.Server.dll [--config FILE]... [--SECTION.KEY=VALUE]...

          --config FILE          a HOCON file; a later one overrides an earlier one
          --engine=etcd          keep members and entries in etcd, at --etcd.endpoints=http://host:2379
          --node.name=node-1     any setting of hocon/reference.conf, without the prefix akka.registry
          --help                 this text

        Environment variables override files (AKKA_REGISTRY__NODE__NAME=node-1), switches override both.
        Without any, a node of its own starts with its dashboard on http://127.0.0.1:8500.
        """;

    /// <summary>Reads all of it.</summary>
    /// <exception cref="SettingsException">Something is wrong; it names every error.</exception>
    /// <exception cref="HoconException">A file is not HOCON.</exception>
    public static ServerSettings Read(IReadOnlyList<string> arguments)
    {
        // The one setting without a section: as a switch it has no dot to be told by.
        arguments = [.. arguments.Select(argument => argument == EngineSwitch || argument.StartsWith(EngineSwitch + "=", StringComparison.Ordinal)
            ? "--akka.registry." + argument[2..] : argument)];
        var configuration = new ConfigurationBuilder();
        foreach (var file in ConfigFiles(arguments))
            configuration.AddHoconFile(file);
        configuration.AddRegistryEnvironment().AddRegistrySwitches(arguments);
        var bound = new OptionsBinder(configuration.Build())
            .Add<RegistryNodeOptions>()
            .Add<HttpOptions>("http")
            .Add<DnsOptions>("dns")
            .Add<ConsulOptions>("consul")
            .Add<EurekaOptions>("eureka")
            .Add<EtcdOptions>("etcd")
            .Add<TelemetryOptions>("telemetry")
            .Add<MemoryOptions>("memory")
            .Bind();
        return new ServerSettings(
            bound.Get<RegistryNodeOptions>(), WithTls(bound), bound.Get<DnsOptions>(), bound.Get<ConsulOptions>(),
            bound.Get<EurekaOptions>(), EngineOf(bound.Get<RegistryNodeOptions>(), bound.Get<EtcdOptions>()), bound.Get<TelemetryOptions>(),
            bound.Get<MemoryOptions>(), bound.Settings);
    }

    private static Func<EngineSurroundings, RegistryEngine>? EngineOf(RegistryNodeOptions node, EtcdOptions etcd)
    {
        if (node.Engine != EngineKind.Etcd)
            return null;
        try
        {
            return EtcdEngine.With(etcd);
        }
        catch (ArgumentException e)
        {
            throw new SettingsException([new SettingsError("akka.registry.etcd", "with engine = etcd", e.Message)]);
        }
    }

    private static HttpOptions WithTls(BoundSettings bound)
    {
        var (tls, http) = (bound.Get<RegistryNodeOptions>().Tls, bound.Get<HttpOptions>());
        var isDefault = bound.Settings.First(setting => setting.Key == "akka.registry.http.urls").IsDefault;
        http = http with { Urls = TlsRules.Addresses(http.Urls, isDefault, tls.IsOn(tls.Doors.Http)) };
        var errors = TlsRules.Errors(
            bound.Settings, tls,
            ("http", http.Urls, tls.IsOn(tls.Doors.Http)),
            ("consul", bound.Get<ConsulOptions>().Urls, tls.IsOn(tls.Doors.Consul)),
            ("eureka", bound.Get<EurekaOptions>().Urls, tls.IsOn(tls.Doors.Eureka))).ToList();
        return errors.Count == 0 ? http : throw new SettingsException(errors);
    }

    private static List<string> ConfigFiles(IReadOnlyList<string> arguments)
    {
        var files = new List<string>();
        var unknown = new List<SettingsError>();
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            if (argument.StartsWith(ConfigSwitch + "=", StringComparison.Ordinal))
                files.Add(argument[(ConfigSwitch.Length + 1)..]);
            else if (argument == ConfigSwitch && i + 1 < arguments.Count)
                files.Add(arguments[++i]);
            else if (argument == ConfigSwitch)
                unknown.Add(new SettingsError(argument, "the command line", "Names no file. Write --config FILE."));
            else if (RegistrySwitchesSource.IsSetting(argument))
                i += argument.Contains('=', StringComparison.Ordinal) ? 0 : 1;
            else
                unknown.Add(new SettingsError(argument, "the command line", "Is no switch of this program; --help shows what there is."));
        }

        return unknown.Count == 0 ? files : throw new SettingsException(unknown);
    }
}
