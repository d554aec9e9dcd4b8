using Akka.Registry.Cluster;
using Akka.Registry.Contracts;

namespace Akka.Registry.Simulation;

/// <summary>
/// Node after node is upgraded to a version that says more: every frame that it sends carries fields which this one does not know, whole
/// messages among them. What they do not know nodes pass over, and go on.
/// </summary>
internal static class MixedVersionTests
{
    // Field 1,998, a number; field 1,999, bytes.
    private static readonly byte[] Unknown = [0xF0, 0x7C, 0x2A, 0xFA, 0x7C, 0x03, 1, 2, 3];

    public static void Run(int seed)
    {
        var later = new HashSet<NodeAddress>();
        LeaveTests.Run(seed, (network, node) =>
        {
            later.Add(node);
            network.Rewrite ??= (from, frame) => later.Contains(from) ? Later(frame) : frame;
        });
    }

    private static Frame Later(Frame frame) => frame with { Payload = (byte[])[.. frame.Payload.Span, .. Unknown] };
}
