using Akka.Registry.Contracts;

namespace Akka.Registry.Sessions;

/// <summary>Writes the bytes of a <see cref="RegisterResults"/>, without one: there are as many as registrations.</summary>
internal static class RegistrationAnswer
{
    /// <summary>The frame that answers registrations.</summary>
    /// <param name="request">The client's number of its frame.</param>
    /// <param name="outcomes">What became of each, in the order of the frame.</param>
    public static Frame Of(ulong request, ReadOnlySpan<RegistrationOutcome> outcomes)
    {
        var bytes = ProtoWriter.NumberBytes(RegisterResults.RequestFieldNumber, request);
        foreach (ref readonly var outcome in outcomes)
            bytes += ProtoWriter.MessageBytes(RegisterResults.ResultsFieldNumber, BytesOf(outcome));
        var payload = new byte[bytes];
        var writer = new ProtoWriter(payload);
        writer.Number(RegisterResults.RequestFieldNumber, request);
        foreach (ref readonly var outcome in outcomes)
        {
            writer.Begin(RegisterResults.ResultsFieldNumber, BytesOf(outcome));
            if (outcome.Result is { } result)
                Write(ref writer, result, outcome.Lease);
            else
                Write(ref writer, SessionCodec.ToWire(outcome.Refusal!));
        }

        return new Frame(FrameKind.RegisterResults, payload);
    }

    private static int BytesOf(in RegistrationOutcome outcome)
    {
        if (outcome.Result is not { } result)
        {
            var (error, message, field) = SessionCodec.ToWire(outcome.Refusal!);
            return ProtoWriter.NumberBytes(WireRegisterResult.ErrorFieldNumber, (ulong)error)
                + ProtoWriter.TextBytes(WireRegisterResult.MessageFieldNumber, message)
                + ProtoWriter.TextBytes(WireRegisterResult.FieldFieldNumber, field);
        }

        return ProtoWriter.FixedBytes(WireRegisterResult.LeaseFieldNumber)
            + ProtoWriter.NumberBytes(WireRegisterResult.TtlMsFieldNumber, (ulong)result.Entry.Ttl.TotalMilliseconds)
            + ProtoWriter.NumberBytes(WireRegisterResult.ReplacedFieldNumber, result.Replaced ? 1UL : 0)
            + ProtoWriter.NumberBytes(WireRegisterResult.HeldByFieldNumber, (ulong)result.HeldBy)
            + ProtoWriter.NumberBytes(WireRegisterResult.MembersFieldNumber, (ulong)result.Members)
            + ProtoWriter.NumberBytes(WireRegisterResult.ConsistencyReachedFieldNumber, result.ConsistencyReached ? 1UL : 0);
    }

    private static void Write(ref ProtoWriter writer, in RegistrationResult result, ulong lease)
    {
        writer.Fixed(WireRegisterResult.LeaseFieldNumber, lease);
        writer.Number(WireRegisterResult.TtlMsFieldNumber, (ulong)result.Entry.Ttl.TotalMilliseconds);
        writer.Number(WireRegisterResult.ReplacedFieldNumber, result.Replaced ? 1UL : 0);
        writer.Number(WireRegisterResult.HeldByFieldNumber, (ulong)result.HeldBy);
        writer.Number(WireRegisterResult.MembersFieldNumber, (ulong)result.Members);
        writer.Number(WireRegisterResult.ConsistencyReachedFieldNumber, result.ConsistencyReached ? 1UL : 0);
    }

    private static void Write(ref ProtoWriter writer, in (WireSessionError Error, string Message, string Field) refusal)
    {
        writer.Number(WireRegisterResult.ErrorFieldNumber, (ulong)refusal.Error);
        writer.Text(WireRegisterResult.MessageFieldNumber, refusal.Message);
        writer.Text(WireRegisterResult.FieldFieldNumber, refusal.Field);
    }
}
