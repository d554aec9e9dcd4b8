using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Akka.Registry.Server.Metrics;

/// <summary>Sends the node's metrics and traces to an OpenTelemetry collector.</summary>
public static class RegistryTelemetry
{
    private const string MetricsPath = "v1/metrics";
    private const string TracesPath = "v1/traces";

    /// <summary>ASP.NET Core names its activities and their attributes as OpenTelemetry does only when it is told so.</summary>
    private const string PlainActivities = "Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData";

    /// <summary>Sources of activities: the registry's own, and the HTTP door's of the platform.</summary>
    internal static readonly string[] Sources = ["Akka.Registry", "Akka.Registry.*", "Microsoft.AspNetCore"];

    /// <summary>Adds the export, when there is somewhere to send to.</summary>
    /// <param name="services">The container.</param>
    /// <param name="options">Where to, what, and how often.</param>
    /// <param name="node">The node's name: the <c>service.instance.id</c> of what is sent.</param>
    public static IServiceCollection AddRegistryTelemetry(this IServiceCollection services, TelemetryOptions options, string node)
    {
        if (options.OtlpEndpoint is not { } endpoint)
            return services;
        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.Clear()
                .AddService("akka-registry", autoGenerateServiceInstanceId: false, serviceInstanceId: node))
            .WithMetrics(metrics => metrics
                .AddMeter([MeterSnapshot.MeterPrefix + "*", .. MeterSnapshot.PlatformMeters])
                .AddOtlpExporter((exporter, reader) =>
                {
                    Send(exporter, endpoint, MetricsPath);
                    reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)options.OtlpInterval.TotalMilliseconds;
                }));
        if (options.OtlpTracesRatio == 0)
            return services;
        AppContext.SetSwitch(PlainActivities, false);
        telemetry.WithTracing(traces => traces
            .AddSource(Sources)
            .SetSampler(new RequestSampler(options.OtlpTracesRatio))
            .AddOtlpExporter(exporter => Send(exporter, endpoint, TracesPath)));
        return services;
    }

    private static void Send(OtlpExporterOptions exporter, string endpoint, string path)
    {
        exporter.Endpoint = new Uri($"{endpoint.TrimEnd('/')}/{path}");
        exporter.Protocol = OtlpExportProtocol.HttpProtobuf;
    }
}
