using Akka.Registry.Checks;
using Akka.Registry.Client.Registrar;
using Akka.Registry.Contracts;
using Akka.Registry.Sessions;
using Shouldly;
using Xunit;

namespace Akka.Registry.Client.Tests.Registrar;

/// <summary>Checks of a client's registration are what the node takes them for.</summary>
public sealed class ServiceCheckTests
{
    [Fact]
    public void Every_kind_of_check_reaches_the_node_as_it_was_meant()
    {
        var registration = new ServiceRegistration
        {
            Service = "s",
            Id = "i",
            Address = "h",
            Checks =
            [
                new ServiceCheck.Ttl
                {
                    Id = "t", Name = "n", Notes = "o", TimeToLive = TimeSpan.FromSeconds(3), InitialStatus = InstanceStatus.Warning,
                    SuccessBeforePassing = 2, FailuresBeforeWarning = 3, FailuresBeforeCritical = 4, DeregisterAfter = TimeSpan.FromMinutes(5),
                },
                new ServiceCheck.Http
                {
                    Id = "w", Url = "http://h/x", Method = "HEAD", Headers = [KeyValuePair.Create("A", "b")], Body = "z", Expected = [(200, 204)],
                    SkipTlsVerify = true, FollowRedirects = true, Interval = TimeSpan.FromSeconds(5), Timeout = TimeSpan.FromSeconds(1),
                },
                new ServiceCheck.Tcp { Id = "p", Host = "h", Port = 9 },
                new ServiceCheck.Grpc { Id = "g", Host = "h", Port = 8, Service = "s", Tls = true, SkipTlsVerify = true },
                new ServiceCheck.Alias { Id = "a", Service = "other", Instance = "o" },
            ],
        };

        var wire = new WireRegistration { Service = "s", Instance = "i", Epoch = 1, Value = registration.ToWire(InstanceStatus.Passing) };

        RegistrationFrame.Read(wire).Checks.ShouldBe(
        [
            new CheckDefinition.Ttl
            {
                Id = "t", Name = "n", Notes = "o", TimeToLive = TimeSpan.FromSeconds(3), InitialStatus = Akka.Registry.InstanceStatus.Warning,
                SuccessBeforePassing = 2, FailuresBeforeWarning = 3, FailuresBeforeCritical = 4, DeregisterAfter = TimeSpan.FromMinutes(5),
            },
            new CheckDefinition.Http
            {
                Id = "w", Url = "http://h/x", Method = "HEAD", Headers = [KeyValuePair.Create("A", "b")], Body = "z",
                Expected = [new HttpStatusRange(200, 204)], SkipTlsVerify = true, FollowRedirects = true,
                Interval = TimeSpan.FromSeconds(5), Timeout = TimeSpan.FromSeconds(1),
            },
            new CheckDefinition.Tcp { Id = "p", Host = "h", Port = 9 },
            new CheckDefinition.Grpc { Id = "g", Host = "h", Port = 8, Service = "s", Tls = true, SkipTlsVerify = true },
            new CheckDefinition.Alias { Id = "a", Service = "other", Instance = "o" },
        ]);
    }
}
