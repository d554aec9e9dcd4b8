using System.Reflection;
using Akka.Registry.Checks;
using Akka.Registry.Cluster;
using Akka.Registry.DistributedData;
using Akka.Registry.Routing;
using Akka.Registry.Security;
using Akka.Registry.Subscriptions;
using Akka.Registry.Tests.World;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Akka.Registry.Tests.Security;

public class GuardedRegistryTests
{
    /// <summary>The right that each member takes; none for what names no service, or is given what was read by right.</summary>
    private static readonly Dictionary<string, AccessRight> Needs = new(StringComparer.Ordinal)
    {
        ["get_IsReady"] = AccessRight.None,
        ["get_NotReadyReason"] = AccessRight.None,
        ["get_Revision"] = AccessRight.None,
        ["get_Cursor"] = AccessRight.None,
        ["Services"] = AccessRight.None,
        ["get_Quarantines"] = AccessRight.None,
        ["ChecksOf"] = AccessRight.None,
        ["ExpiresIn"] = AccessRight.None,
        ["NodeName"] = AccessRight.None,
        ["OpenSession"] = AccessRight.None,
        ["BeatOf"] = AccessRight.None,
        // Refused item by item, as the test below says.
        ["HeartbeatManyAsync"] = AccessRight.None,
        ["Find"] = AccessRight.Read,
        ["Routees"] = AccessRight.Read,
        ["SubscribeAsync"] = AccessRight.Read,
        ["Explain"] = AccessRight.Read,
        ["ExplainAsync"] = AccessRight.Read,
        ["ReportFailureAsync"] = AccessRight.Read,
        ["RegisterAsync"] = AccessRight.Write,
        ["HeartbeatAsync"] = AccessRight.Write,
        ["ReportStatusAsync"] = AccessRight.Write,
        ["UpdateCheckAsync"] = AccessRight.Write,
        ["PutCheckAsync"] = AccessRight.Write,
        ["RemoveCheckAsync"] = AccessRight.Write,
        ["DrainAsync"] = AccessRight.Write,
        ["DeregisterAsync"] = AccessRight.Write,
        ["OverrideStatusAsync"] = AccessRight.Operator,
        ["LeaveAsync"] = AccessRight.Operator,
    };

    private static readonly Dictionary<Type, object?> Arguments = new()
    {
        [typeof(string)] = "orders",
        [typeof(RecordKey)] = new RecordKey("orders", "o-1"),
        [typeof(Registration)] = RegistryWorld.Registration("o-1"),
        [typeof(WriteOptions)] = WriteOptions.Default,
        [typeof(ulong?)] = null,
        [typeof(ulong)] = 1UL,
        [typeof(InstanceStatus)] = InstanceStatus.Passing,
        [typeof(InstanceStatus?)] = null,
        [typeof(TimeSpan)] = TimeSpan.FromSeconds(1),
        [typeof(CancellationToken)] = CancellationToken.None,
        [typeof(CheckDefinition)] = new CheckDefinition.Manual { Id = "c", Name = "c" },
        [typeof(RouteeRequest)] = new RouteeRequest { Service = "orders" },
        [typeof(SubscriptionRequest)] = new SubscriptionRequest { Service = "orders" },
        [typeof(NodeUid)] = new NodeUid(1),
    };

    private readonly RegistryWorld _world = new();

    public static TheoryData<string> Members() => new(typeof(IServiceRegistry).GetMethods().Select(method => method.Name));

    [Theory]
    [MemberData(nameof(Members))]
    public async Task Each_member_takes_its_right(string member)
    {
        Needs.ShouldContainKey(member, "a new member of the registry needs its right here");
        if (Needs[member] == AccessRight.None)
            return;
        var method = typeof(IServiceRegistry).GetMethod(member)!;
        var arguments = method.GetParameters().Select(parameter => Arguments[parameter.ParameterType]).ToArray();
        // All rights but this one, and all of another service.
        var guard = Guard($"{AccessRule.NameOf(Needs[member] - 1)}:orders operator:other*");
        var refusal = await Should.ThrowAsync<RegistryException>(async () =>
        {
            try
            {
                if (method.Invoke(guard, arguments) is Task task)
                    await task;
            }
            catch (TargetInvocationException failure)
            {
                throw failure.InnerException!;
            }
        });
        refusal.Error.ShouldBe(RegistryError.Forbidden);
        refusal.Missing.ShouldNotBeNull().Right.ShouldBe(Needs[member]);
    }

    [Fact]
    public void What_is_allowed_costs_nothing_more()
    {
        _world.Register(RegistryWorld.Registration("o-1"));
        var guard = Guard("write:orders*");
        guard.Find("orders");
        guard.Require(AccessRight.Write, "orders", "heartbeat", "o-1");
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
        {
            guard.Find("orders");
            guard.Require(AccessRight.Write, "orders", "heartbeat", "o-1");
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Fact]
    public async Task Of_many_heartbeats_those_without_a_right_are_refused_by_name_and_the_others_count()
    {
        _world.Register(RegistryWorld.Registration("o-1"));
        InstanceBeat[] beats = [Beat("other", "x"), Beat("orders", "o-1"), Beat("orders", "none"), Beat("more", "y")];

        var asked = Guard("write:orders read:other read:more").HeartbeatManyAsync(beats);
        _world.RunFor(0.01);

        var refused = await asked;
        refused.Select(one => (one.Place, ((RegistryException)one.Refusal).Error)).ShouldBe(
            [(0, RegistryError.Forbidden), (2, RegistryError.NotFound), (3, RegistryError.Forbidden)]);
        ((RegistryException)refused[2].Refusal).Missing.ShouldBe(new AccessRule(AccessRight.Write, "more", IsPrefix: false));

        InstanceBeat Beat(string service, string id) => _world.Registry.BeatOf(service, id, null);
    }

    [Fact]
    public void Who_shows_no_token_and_may_nothing_is_asked_for_one()
    {
        var guard = Guard(new Principal(TokenLine.Anonymous, null, AccessRules.Nothing));
        Should.Throw<RegistryException>(() => guard.Find("orders")).Error.ShouldBe(RegistryError.Unauthenticated);
        Should.Throw<RegistryException>(() => guard.RequireAny("list")).Error.ShouldBe(RegistryError.Unauthenticated);
        guard.Services().ShouldBeEmpty();
    }

    [Fact]
    public void Once_the_rights_have_ended_nothing_is_allowed_any_more()
    {
        var principal = new Principal("one", TokenHash.Of("a-token-of-enough-length"), AccessRulesTests.Of("operator:*"));
        var guard = Guard(principal);
        guard.Find("orders");
        principal.End(isReplaced: false);
        var refusal = Should.Throw<RegistryException>(() => guard.Find("orders"));
        (refusal.Error, refusal.Message).ShouldBe((RegistryError.Unauthenticated, "The token 'one' was taken away."));
    }

    [Fact]
    public void A_flood_of_denied_calls_is_counted_and_told_by_a_few_lines()
    {
        var lines = new Lines();
        using var metrics = new RegistryMetrics();
        var audit = new AuditLog(lines, metrics, _world.Machine.Clock, deniedPerSecond: 3);
        for (var i = 0; i < 1_000; i++)
            audit.Denied("one", default, "register", "orders/o-1", "write:orders");
        lines.Texts.Count.ShouldBe(3);
        _world.RunFor(1.1);
        audit.Denied("one", default, "register", "orders/o-1", "write:orders");
        lines.Texts[^1].ShouldContain("997 more were denied");
        for (var i = 0; i < 100; i++)
            audit.Operated("ops", default, "override Passing", "orders/o-1", "done");
        lines.Texts.Count.ShouldBe(104, "what an operator does is never left out");
    }

    private GuardedRegistry Guard(string rules) => Guard(new Principal("one", TokenHash.Of("a-token-of-enough-length"), AccessRulesTests.Of(rules)));

    private GuardedRegistry Guard(Principal principal) => new(
        _world.Registry, principal, new Visit("test", null),
        new AuditLog(NullLoggerFactory.Instance, _world.Surroundings.Metrics, _world.Machine.Clock, 10), hidesUnreadable: false);

    private sealed class Lines : ILoggerFactory, ILogger
    {
        public List<string> Texts { get; } = [];

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Texts.Add(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
