using System.Diagnostics;
using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.Tracing;
using Shouldly;
using Xunit;

namespace Akka.Registry.Tests;

/// <summary>Where nobody listens, traces cost nothing; what comes as one and cannot be read is none.</summary>
public class TracingTests
{
    private static readonly NodeIdentity Self = new(new NodeUid(1), "node-1", new NodeAddress("10.0.0.1", 4053));

    [Fact]
    public void Nothing_is_allocated_where_nobody_listens()
    {
        var key = new RecordKey("orders", "a");
        const string Traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        var fields = 0;
        Round();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
            Round();
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
        fields.ShouldBe(0);

        void Round()
        {
            var call = RegistryTracing.Call("registry.register", key, Self);
            TraceContext.End(RegistryTracing.Serve("Register", Traceparent, "client", Self));
            TraceContext.End(RegistryTracing.Forward("ForwardedStatus", call, Self, Self));
            TraceContext.End(RegistryTracing.ServeForwarded("ForwardedStatus", Traceparent, key, Self, Self));
            var step = RegistryTracing.Replicate(call, WriteConsistency.All, Self);
            fields += TraceContext.Of(step).Length + TraceContext.Current.Length;
            TraceContext.End(step);
            TraceContext.End(call);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331")]
    [InlineData("00-00000000000000000000000000000000-b7ad6b7169203331-01")]
    [InlineData("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    [InlineData("no trace at all")]
    public void What_cannot_be_read_is_no_trace(string traceparent) => TraceContext.Read(traceparent).ShouldBe(default);

    [Fact]
    public void A_trace_is_read_as_one_of_another_process_and_one_without_end_is_not_looked_at()
    {
        var read = TraceContext.Read("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        read.IsRemote.ShouldBeTrue();
        read.TraceFlags.ShouldBe(ActivityTraceFlags.Recorded);
        TraceContext.Read("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-" + new string('x', 300)).ShouldBe(default);
    }
}
