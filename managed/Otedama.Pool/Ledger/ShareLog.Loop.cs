using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>Commits whose write a loop does, so that it need not wait for the disk.</summary>
public sealed partial class ShareLog
{
    /// <summary>A disk takes milliseconds; one that takes this long has failed.</summary>
    private static readonly TimeSpan s_otherPatience = TimeSpan.FromSeconds(30);

    private readonly ManualResetEventSlim _isFree = new(initialState: true); // the reverse of _isOut, to wait for
    private bool _isOut; // a commit is with a loop; under the commit lock
    private uint _outFrames;

    /// <summary>
    /// As IShareBook.TryBeginCommit says. Throws IOException when the disk cannot begin; the records stay.
    /// </summary>
    public bool TryBegin(ILoopDisk disk)
    {
        lock (_commitGate)
        {
            if (_isOut || _writingLength > 0 || _options.Sync != LogSync.Group)
            {
                return false;
            }
            TakePending();
            if (_writingLength == 0 || FramesThatFit(out _outFrames) != _writingLength)
            {
                return false;
            }
            string path = LogDirectory.SegmentPath(_options.Directory, _end.Segment);
            disk.BeginCommit(path, _end.Offset, _writing.AsSpan(0, _writingLength));
            _isOut = true;
            _isFree.Reset();
            return true;
        }
    }

    /// <summary>After TryBegin was true: it is on disk, or failed, and the next commit writes it again.</summary>
    public void End(IOException? failure)
    {
        lock (_commitGate)
        {
            _isOut = false;
            if (failure is null)
            {
                uint sequence = unchecked(_end.Sequence + _outFrames);
                _end = new LogPosition(_end.Segment, _end.Offset + _writingLength, sequence);
                Confirm();
            }
            _isFree.Set();
        }
    }

    private void WaitForOther()
    {
        if (!_isFree.Wait(s_otherPatience))
        {
            throw new IOException($"the disk has not answered for {s_otherPatience.TotalSeconds:f0} s");
        }
    }
}
