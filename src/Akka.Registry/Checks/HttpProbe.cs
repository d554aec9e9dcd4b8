using System.Buffers;
using System.Net;
using System.Text;

namespace Akka.Registry.Checks;

/// <summary>One HTTP request and what its answer means.</summary>
internal static class HttpProbe
{
    private const string UserAgent = "Akka.Registry Health Check";

    /// <summary>As Consul's checks ask.</summary>
    private const string Accept = "text/plain, text/*, */*";

    /// <summary>Asks once.</summary>
    public static async Task<CheckOutcome> RunAsync(CheckDefinition.Http check, CheckConnections connections, CancellationToken cancellation)
    {
        using var request = Request(check);
        using var response = await connections.For(check.SkipTlsVerify, check.FollowRedirects).SendAsync(request, cancellation)
            .ConfigureAwait(false);
        var body = await ReadAsync(response.Content, connections.BodyBytes, cancellation).ConfigureAwait(false);
        var output = $"{CheckProbe.Target(check)}: {(int)response.StatusCode} {response.ReasonPhrase} Output: {body}";
        return new CheckOutcome(Meaning((int)response.StatusCode, check.Expected), output);
    }

    /// <summary>What a status means.</summary>
    /// <param name="status">The answer's.</param>
    /// <param name="expected">Those that pass; empty for 200 to 299.</param>
    public static InstanceStatus Meaning(int status, IReadOnlyList<HttpStatusRange> expected)
    {
        var passes = expected.Count == 0 ? status is >= 200 and <= 299 : expected.Any(range => range.Contains(status));
        return passes ? InstanceStatus.Passing
            : status == (int)HttpStatusCode.TooManyRequests ? InstanceStatus.Warning
            : InstanceStatus.Critical;
    }

    private static HttpRequestMessage Request(CheckDefinition.Http check)
    {
        var request = new HttpRequestMessage(new HttpMethod(check.Method), check.Url);
        if (check.Body.Length > 0)
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(check.Body));
        var (hasAgent, hasAccept) = (false, false);
        foreach (var (name, value) in check.Headers)
        {
            hasAgent |= name.Equals("User-Agent", StringComparison.OrdinalIgnoreCase);
            hasAccept |= name.Equals("Accept", StringComparison.OrdinalIgnoreCase);
            if (name.Equals("Host", StringComparison.OrdinalIgnoreCase))
                request.Headers.Host = value;
            else if (!request.Headers.TryAddWithoutValidation(name, value))
                request.Content?.Headers.TryAddWithoutValidation(name, value);
        }

        if (!hasAgent)
            request.Headers.TryAddWithoutValidation("User-Agent", UserAgent);
        if (!hasAccept)
            request.Headers.TryAddWithoutValidation("Accept", Accept);
        return request;
    }

    private static async Task<string> ReadAsync(HttpContent content, int bytesMax, CancellationToken cancellation)
    {
        if (bytesMax == 0 || content.Headers.ContentLength == 0)
            return "";
        var buffer = ArrayPool<byte>.Shared.Rent(bytesMax);
        try
        {
            var stream = await content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
            var length = 0;
            while (length < bytesMax)
            {
                var read = await stream.ReadAsync(buffer.AsMemory(length, bytesMax - length), cancellation).ConfigureAwait(false);
                if (read == 0)
                    break;
                length += read;
            }

            return Encoding.UTF8.GetString(buffer, 0, length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
