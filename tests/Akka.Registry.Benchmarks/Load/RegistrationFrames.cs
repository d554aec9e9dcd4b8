using Akka.Registry.Contracts;

namespace Akka.Registry.Benchmarks.Load;

/// <summary>Registrations as they go over one session, encoded beforehand: what a node is asked for is no part of what it costs.</summary>
internal sealed class RegistrationFrames
{
    private const int PerFrame = 1_000;
    private const uint TimeoutMs = 30_000;

    private RegistrationFrames(List<One> all, int registrations) => (All, Registrations) = (all, registrations);

    /// <summary>In the order of the registrations.</summary>
    public IReadOnlyList<One> All { get; }

    /// <summary>How many registrations they hold.</summary>
    public int Registrations { get; }

    /// <summary>Encodes registrations.</summary>
    public static RegistrationFrames Of(IReadOnlyList<WireRegistration> registrations, int perFrame = PerFrame, ulong firstRequest = 1)
    {
        var frames = new List<One>();
        for (var from = 0; from < registrations.Count; from += perFrame)
        {
            var some = registrations.Skip(from).Take(perFrame).ToList();
            var request = new RegisterInstances { Request = firstRequest + (ulong)frames.Count, TimeoutMs = TimeoutMs, Registrations = { some } };
            frames.Add(new One(request.Request, from, some.Count, LoadSession.Wire(Frame.Of(FrameKind.RegisterInstances, request))));
        }

        return new RegistrationFrames(frames, registrations.Count);
    }

    /// <summary>A share for each of so many sessions.</summary>
    public static RegistrationFrames[] Share(IReadOnlyList<WireRegistration> registrations, int sessions = 4, int perFrame = PerFrame)
    {
        var share = (registrations.Count + sessions - 1) / sessions;
        return [.. Enumerable.Range(0, sessions).Select(i => Of([.. registrations.Skip(i * share).Take(share)], perFrame))];
    }

    /// <summary>A frame as it stands on the wire, the number of its request, and which of the registrations it holds.</summary>
    internal readonly record struct One(ulong Request, int From, int Count, byte[] Wire);
}
