using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Otedama.Tests.Asic;

/// <summary>
/// A Stratum pool on this machine's loopback whose only job is the genesis block: the second extranonce stands where the coinbase's
/// value does, so that 1 in it makes the block. Every few seconds the job is given anew, so that counting begins at 0 again.
/// </summary>
internal sealed class GenesisPool : IDisposable
{
    private const string CoinbaseStart = "01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff4d04ffff001d01044554"
        + "68652054696d65732030332f4a616e2f32303039204368616e63656c6c6f72206f6e206272696e6b206f66207365636f6e64206261696c6f757420666f722062616e6b73ffffffff01";

    private const string CoinbaseEnd = "434104678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf1"
        + "1d5fac00000000";

    private const int JobMilliseconds = 10_000;

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Thread _serve;
    private readonly Action<string> _submitted;
    private volatile bool _ending;
    private volatile Socket? _miner;

    /// <param name="submitted">Called with the parameters of a submit, separated by blanks.</param>
    public GenesisPool(Action<string> submitted)
    {
        _submitted = submitted;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(1);
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _serve = new Thread(Serve) { IsBackground = true, Name = "genesis pool" };
        _serve.Start();
    }

    public int Port { get; }

    public void Dispose()
    {
        _ending = true;
        _listener.Dispose();
        _miner?.Dispose();
        _serve.Join();
    }

    private void Serve()
    {
        while (!_ending)
        {
            try
            {
                using Socket miner = _listener.Accept();
                _miner = miner;
                Serve(miner);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException)
            {
                // It went; the next one, or the end.
            }
        }
    }

    private void Serve(Socket miner)
    {
        byte[] room = new byte[4096];
        StringBuilder heard = new();
        bool isAuthorized = false;
        int number = 0;
        while (!_ending)
        {
            if (!miner.Poll(JobMilliseconds * 1000, SelectMode.SelectRead))
            {
                if (isAuthorized)
                {
                    Notify(miner, ++number);
                }
                continue;
            }
            int count = miner.Receive(room);
            if (count == 0)
            {
                return;
            }
            heard.Append(Encoding.ASCII.GetString(room, 0, count));
            while (heard.ToString().IndexOf('\n', StringComparison.Ordinal) is int end and >= 0)
            {
                JsonElement request = JsonDocument.Parse(heard.ToString(0, end)).RootElement;
                heard.Remove(0, end + 1);
                string method = request.Said("method");
                Send(miner, $"{{\"id\":{request.GetProperty("id").GetRawText()},\"result\":{Result(method)},\"error\":null}}");
                if (method == "mining.authorize")
                {
                    isAuthorized = true;
                    Send(miner, """{"id":null,"method":"mining.set_difficulty","params":[1]}""");
                    Notify(miner, ++number);
                }
                else if (method == "mining.submit")
                {
                    _submitted(string.Join(' ', request.GetProperty("params").EnumerateArray().Select(static one => one.GetString())));
                }
            }
        }
    }

    private static string Result(string method) => method switch
    {
        "mining.configure" => """{"version-rolling":true,"version-rolling.mask":"1fffe000"}""",
        "mining.subscribe" => """[[["mining.notify","1"]],"00f2052a",4]""",
        _ => "true",
    };

    private static void Notify(Socket miner, int number) => Send(miner, string.Create(CultureInfo.InvariantCulture,
        $"{{\"id\":null,\"method\":\"mining.notify\",\"params\":[\"{number}\",\"{new string('0', 64)}\",\"{CoinbaseStart}\",\"{CoinbaseEnd}\",[],")
        + "\"00000001\",\"1d00ffff\",\"495fab29\",true]}");

    private static void Send(Socket miner, string line) => miner.Send(Encoding.ASCII.GetBytes(line + "\n"));
}
