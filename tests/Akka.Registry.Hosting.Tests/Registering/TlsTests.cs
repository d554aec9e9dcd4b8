using Akka.Registry.Client;
using Akka.Registry.Hosting.Hocon;
using Akka.Registry.Tls;
using Akka.Registry.Tls.Tests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Akka.Registry.Hosting.Tests.Registering;

/// <summary>TLS of applications that are a node, and of those that are a client, from their settings.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly TestAuthority _authority = new();

    public void Dispose() => _authority.Dispose();

    [Fact]
    public async Task A_client_whose_settings_say_tls_registers_at_an_application_that_is_a_node()
    {
        await using var node = await HostedNode.StartAsync(tls: _authority.Node("node", "127.0.0.1") with
        {
            ClientCertificates = ClientCertificates.Required,
        });
        var (certificate, key) = _authority.Issue("client", []);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.ClearProviders();
        builder.Configuration.AddHoconText($$"""
            akka.registry.client {
              nodes = ["{{node.Address}}"]
              tls { enabled = on, ca = "{{_authority.Ca}}", certificate = "{{certificate}}", key = "{{key}}" }
            }
            """);
        builder.Services.AddRegistryClient().WithConfiguration(builder.Configuration);
        using var host = builder.Build();
        await host.StartAsync();

        var client = host.Services.GetRequiredService<RegistryClient>();
        await HostedNode.Until(() => client.Status.IsConnected, "the client is let in");
        await host.StopAsync();
    }

    [Fact]
    public async Task A_node_without_a_certificate_does_not_start_either() =>
        (await Should.ThrowAsync<TlsException>(() => HostedNode.StartAsync(tls: new TlsOptions { Enabled = true }))).Setting.ShouldBe("certificate");

    [Fact]
    public async Task A_node_without_a_usable_certificate_does_not_start_and_says_which_setting()
    {
        var tls = _authority.Node("node", "127.0.0.1") with { Key = "/nowhere/node.key" };

        var thrown = await Should.ThrowAsync<TlsException>(() => HostedNode.StartAsync(tls: tls));

        (thrown.Setting, thrown.Message.Contains("/nowhere/node.key cannot be read", StringComparison.Ordinal)).ShouldBe(("key", true));
    }
}
