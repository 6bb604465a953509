using System.Text.Json;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Node;

/// <summary>The node itself.</summary>
internal sealed partial class NodeRpc
{
    /// <summary>0.1.0 in the form major * 10000 + minor * 100 + patch.</summary>
    private const int Version = 100;

    private ValueTask NetworkInfo(RpcCall call, Utf8JsonWriter json, CancellationToken cancellation)
    {
        json.WriteStartObject();
        json.WriteNumber("version", Version);
        json.WriteString("subversion", "/Otedama:0.1.0/");
        json.WriteNumber("protocolversion", 70016);
        json.WriteString("localservices", "0000000000000008");
        json.WriteBoolean("localrelay", true);
        json.WriteNumber("timeoffset", 0);
        json.WriteBoolean("networkactive", false);
        json.WriteNumber("connections", 0);
        json.WriteNumber("connections_in", 0);
        json.WriteNumber("connections_out", 0);
        json.WriteStartArray("networks");
        json.WriteEndArray();
        json.WriteAmount("relayfee", new Amount(options.MinRelayFeePerKvb));
        json.WriteAmount("incrementalfee", new Amount(options.MinRelayFeePerKvb));
        json.WriteStartArray("localaddresses");
        json.WriteEndArray();
        json.WriteString("warnings", "");
        json.WriteEndObject();
        return ValueTask.CompletedTask;
    }

    private ValueTask ConnectionCount(RpcCall call, Utf8JsonWriter json, CancellationToken cancellation)
    {
        json.WriteNumberValue(0);
        return ValueTask.CompletedTask;
    }

    private ValueTask ValidateAddress(RpcCall call, Utf8JsonWriter json, CancellationToken cancellation)
    {
        string text = call.Text(0);
        bool valid = Address.TryDecode(text, Coin, out byte[] script, out string error);
        json.WriteStartObject();
        json.WriteBoolean("isvalid", valid);
        if (!valid)
        {
            json.WriteStartArray("error_locations");
            json.WriteEndArray();
            json.WriteString("error", error);
            json.WriteEndObject();
            return ValueTask.CompletedTask;
        }
        json.WriteString("address", text);
        json.WriteHex("scriptPubKey", script);
        bool witness = Script.TryWitnessProgram(script, out int version, out ReadOnlySpan<byte> program);
        json.WriteBoolean("isscript", witness ? program.Length == 32 : script.Length == 23);
        json.WriteBoolean("iswitness", witness);
        if (witness)
        {
            json.WriteNumber("witness_version", version);
            json.WriteHex("witness_program", program);
        }
        json.WriteEndObject();
        return ValueTask.CompletedTask;
    }

    private ValueTask Uptime(RpcCall call, Utf8JsonWriter json, CancellationToken cancellation)
    {
        json.WriteNumberValue((long)time.GetElapsedTime(_startedAt).TotalSeconds);
        return ValueTask.CompletedTask;
    }

    private ValueTask Stop(RpcCall call, Utf8JsonWriter json, CancellationToken cancellation)
    {
        json.WriteStringValue("Otedama node stopping");
        stop();
        return ValueTask.CompletedTask;
    }

    private ValueTask Help(RpcCall call, Utf8JsonWriter json, CancellationToken cancellation)
    {
        json.WriteStringValue(string.Join('\n', Methods().Select(method => method.Usage).Order(StringComparer.Ordinal)));
        return ValueTask.CompletedTask;
    }
}
