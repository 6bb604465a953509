using System.Text;

namespace Otedama;

/// <summary>
/// The live view on a whole terminal: asks the instance once a second, looks at the keys and at the terminal's size ten times
/// a second, and leaves the terminal as it was.
/// </summary>
internal sealed class MonitorView(ApiClient client, IScreen screen, Surroundings outside, bool colour)
{
    private const string Enter = "\u001b[?1049h\u001b[?25l"; // the alternate screen, no cursor
    private const string Leave = "\u001b[?25h\u001b[?1049l";
    private const int StepsPerQuestion = 10;

    private static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(100);

    private MonitorState _state = new(null, [], null, MonitorPanel.Rates, Help: false);

    public async Task RunAsync(CancellationToken stop)
    {
        outside.Out.Write(Enter);
        try
        {
            await LoopAsync(stop);
        }
        finally
        {
            outside.Out.Write(Leave);
            outside.Out.Flush();
        }
    }

    /// <summary>What a key does to the view; keys that act on the instance change nothing here.</summary>
    public static MonitorState Press(MonitorState state, char key) => char.ToLowerInvariant(key) switch
    {
        'h' => state with { Panel = MonitorPanel.Rates, Help = false },
        's' => state with { Panel = MonitorPanel.Shares, Help = false },
        'c' => state with { Panel = MonitorPanel.Connection, Help = false },
        '?' => state with { Help = !state.Help },
        _ => state,
    };

    private async Task LoopAsync(CancellationToken stop)
    {
        (int, int) drawnSize = default;
        for (int step = 0; ; step++)
        {
            MonitorState before = _state;
            if (step % StepsPerQuestion == 0)
            {
                await AskAsync(stop);
            }
            while (screen.TryReadKey() is { } key)
            {
                if (key is 'q' or 'Q' or '\u0003')
                {
                    return;
                }
                await ActAsync(key, stop);
                _state = Press(_state, key);
            }
            (int, int) size = screen.Size;
            if (_state != before || size != drawnSize)
            {
                Draw(clear: size != drawnSize);
                drawnSize = size;
            }
            await Task.Delay(s_step, outside.Clock, stop);
        }
    }

    private async Task AskAsync(CancellationToken stop)
    {
        try
        {
            StatusView status = await client.GetAsync("status", AnswerJson.Default.StatusView, stop);
            List<MinersAnswer> miners = [];
            foreach (PoolView pool in status.Pools)
            {
                miners.Add(await client.GetAsync($"miners?pool={pool.Name}", AnswerJson.Default.MinersAnswer, stop));
            }
            _state = _state with { Status = status, Miners = miners, Notice = null };
        }
        catch (CommandException e)
        {
            _state = _state with { Notice = "No connection; the figures below are old. " + e.Message };
        }
    }

    private async Task ActAsync(char key, CancellationToken stop)
    {
        string? verb = char.ToLowerInvariant(key) switch { 'p' => "stop", 'r' => "start", _ => null };
        if (verb is null)
        {
            return;
        }
        try
        {
            _state = _state with { Status = await client.PostAsync($"mining/{verb}", AnswerJson.Default.StatusView, stop) };
        }
        catch (CommandException e)
        {
            _state = _state with { Notice = e.Message };
        }
    }

    private void Draw(bool clear)
    {
        (int width, int height) = screen.Size;
        StringBuilder frame = new(clear ? "\u001b[H\u001b[2J" : "\u001b[H");
        IReadOnlyList<ScreenLine> lines = MonitorScreen.Compose(_state, width, height);
        for (int i = 0; i < lines.Count; i++)
        {
            // Every line is ended by clearing its rest, the last one without a line break, which would scroll.
            frame.Append(lines[i].Render(colour)).Append("\u001b[K").Append(i < lines.Count - 1 ? "\r\n" : "");
        }
        outside.Out.Write(frame.ToString());
        outside.Out.Flush();
    }
}
