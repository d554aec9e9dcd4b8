using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace Akka.Registry.Server.Metrics;

/// <summary>Sends the node's metrics to an OpenTelemetry collector.</summary>
public static class RegistryTelemetry
{
    private const string MetricsPath = "v1/metrics";

    /// <summary>Adds the export, when there is somewhere to send to.</summary>
    /// <param name="services">The container.</param>
    /// <param name="options">Where to, and how often.</param>
    /// <param name="node">The node's name: the <c>service.instance.id</c> of what is sent.</param>
    public static IServiceCollection AddRegistryTelemetry(this IServiceCollection services, TelemetryOptions options, string node)
    {
        if (options.OtlpEndpoint is not { } endpoint)
            return services;
        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.Clear()
                .AddService("akka-registry", autoGenerateServiceInstanceId: false, serviceInstanceId: node))
            .WithMetrics(metrics => metrics
                .AddMeter([MeterSnapshot.MeterPrefix + "*", .. MeterSnapshot.PlatformMeters])
                .AddOtlpExporter((exporter, reader) =>
                {
                    exporter.Endpoint = new Uri($"{endpoint.TrimEnd('/')}/{MetricsPath}");
                    exporter.Protocol = OtlpExportProtocol.HttpProtobuf;
                    reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)options.OtlpInterval.TotalMilliseconds;
                }));
        return services;
    }
}
