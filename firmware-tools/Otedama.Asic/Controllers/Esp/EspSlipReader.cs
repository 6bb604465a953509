using System.Text;

namespace Otedama.Asic;

/// <summary>
/// Takes frames out of what a chip sends. Text between frames, as boot messages are, is kept apart; a frame that is too
/// long or wrongly escaped is dropped. One thread.
/// </summary>
public sealed class EspSlipReader
{
    /// <summary>Bytes of a frame: a reply of the ROM has 68, one of a loader in RAM 64 KiB at most.</summary>
    public const int FrameMax = 70 << 10;

    /// <summary>Bytes of text that are kept: the newest.</summary>
    public const int TextMax = 2 << 10;

    /// <summary>Frames that wait to be asked for; the oldest is dropped.</summary>
    public const int FramesMax = 128;

    private readonly List<byte> _inside = [];
    private readonly Queue<byte[]> _frames = new();
    private readonly StringBuilder _text = new();
    private bool _isInside;

    /// <summary>Frames that were dropped.</summary>
    public int Damaged { get; private set; }

    /// <summary>What came outside of frames, printable, newest at the end.</summary>
    public string Text => _text.ToString();

    public void Take(ReadOnlySpan<byte> bytes)
    {
        foreach (byte one in bytes)
        {
            if (one == EspSlip.End)
            {
                Close();
            }
            else if (!_isInside)
            {
                Hear(one);
            }
            else if (_inside.Count < FrameMax)
            {
                _inside.Add(one);
            }
            else
            {
                Damaged++;
                Reset();
            }
        }
    }

    public bool TryNext(out byte[] packet)
    {
        bool has = _frames.TryDequeue(out byte[]? next);
        packet = next ?? [];
        return has;
    }

    /// <summary>Forgets frames and the one that is begun; text stays.</summary>
    public void Reset()
    {
        _isInside = false;
        _inside.Clear();
        _frames.Clear();
    }

    public void ForgetText() => _text.Clear();

    private void Close()
    {
        if (_isInside && _inside.Count > 0)
        {
            if (EspSlip.Packet([.. _inside]) is { } packet)
            {
                if (_frames.Count == FramesMax)
                {
                    _frames.Dequeue();
                }
                _frames.Enqueue(packet);
                _isInside = false;
            }
            else
            {
                // An end that was lost makes the next beginning look like an end: this one may be a beginning too.
                Damaged++;
            }
        }
        else
        {
            _isInside = true;
        }
        _inside.Clear();
    }

    private void Hear(byte one)
    {
        if (_text.Length >= TextMax)
        {
            _text.Remove(0, TextMax / 2);
        }
        _text.Append(one is >= (byte)' ' and <= (byte)'~' or (byte)'\n' ? (char)one : '.');
    }
}
