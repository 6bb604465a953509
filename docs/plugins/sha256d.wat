;; SHA-256d of an 80-byte header as an Otedama plugin: sixty-four bytes are compressed once for many nonces.
;; It shows the interface (docs/reference/plugin-abi.md); native code of this program does the same hash much faster.
;;
;; Memory:
;;   0x0000  description          0x0220  state after the first 64 bytes of the header
;;   0x0080  name                 0x0240  working state
;;   0x0100  round constants      0x0260  the last words of the header before the nonce
;;   0x0200  initial state        0x0300  message schedule, 64 words
;;   0x0400  known answers        0x1000  input, 256 headers       0x6000  output, 256 hashes
(module
  (memory (export "memory") 1 1)

  ;; magic OTDP, ABI 1, 80 bytes, family 1, 80-byte input, 32-byte hash, batches of 256, buffers at 0x1000 and 0x6000, no flags,
  ;; 12000 instructions per hash, 8000 per preparation, name (11 bytes at 0x80), version 1, 2 answers at 0x400.
  (data (i32.const 0x0000) "\4f\54\44\50\01\00\00\00\50\00\00\00\01\00\00\00\50\00\00\00\20\00\00\00\00\01\00\00\00\10\00\00\00\60\00\00\00\00\00\00")
  (data (i32.const 0x0028) "\e0\2e\00\00\00\00\00\00\40\1f\00\00\00\00\00\00\80\00\00\00\0b\00\00\00\01\00\00\00\00\04\00\00\02\00\00\00\00\00\00\00")
  (data (i32.const 0x0080) "sha256d-wat")
  (data (i32.const 0x0100) "\98\2f\8a\42\91\44\37\71\cf\fb\c0\b5\a5\db\b5\e9\5b\c2\56\39\f1\11\f1\59\a4\82\3f\92\d5\5e\1c\ab")
  (data (i32.const 0x0120) "\98\aa\07\d8\01\5b\83\12\be\85\31\24\c3\7d\0c\55\74\5d\be\72\fe\b1\de\80\a7\06\dc\9b\74\f1\9b\c1")
  (data (i32.const 0x0140) "\c1\69\9b\e4\86\47\be\ef\c6\9d\c1\0f\cc\a1\0c\24\6f\2c\e9\2d\aa\84\74\4a\dc\a9\b0\5c\da\88\f9\76")
  (data (i32.const 0x0160) "\52\51\3e\98\6d\c6\31\a8\c8\27\03\b0\c7\7f\59\bf\f3\0b\e0\c6\47\91\a7\d5\51\63\ca\06\67\29\29\14")
  (data (i32.const 0x0180) "\85\0a\b7\27\38\21\1b\2e\fc\6d\2c\4d\13\0d\38\53\54\73\0a\65\bb\0a\6a\76\2e\c9\c2\81\85\2c\72\92")
  (data (i32.const 0x01a0) "\a1\e8\bf\a2\4b\66\1a\a8\70\8b\4b\c2\a3\51\6c\c7\19\e8\92\d1\24\06\99\d6\85\35\0e\f4\70\a0\6a\10")
  (data (i32.const 0x01c0) "\16\c1\a4\19\08\6c\37\1e\4c\77\48\27\b5\bc\b0\34\b3\0c\1c\39\4a\aa\d8\4e\4f\ca\9c\5b\f3\6f\2e\68")
  (data (i32.const 0x01e0) "\ee\82\8f\74\6f\63\a5\78\14\78\c8\84\08\02\c7\8c\fa\ff\be\90\eb\6c\50\a4\f7\a3\f9\be\f2\78\71\c6")
  (data (i32.const 0x0200) "\67\e6\09\6a\85\ae\67\bb\72\f3\6e\3c\3a\f5\4f\a5\7f\52\0e\51\8c\68\05\9b\ab\d9\83\1f\19\cd\e0\5b")
  ;; Blocks 0 and 1 of Bitcoin, each followed by its hash.
  (data (i32.const 0x0400) "\01\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\3b\a3\ed\fd")
  (data (i32.const 0x0428) "\7a\7b\12\b2\7a\c7\2c\3e\67\76\8f\61\7f\c8\1b\c3\88\8a\51\32\3a\9f\b8\aa\4b\1e\5e\4a\29\ab\5f\49\ff\ff\00\1d\1d\ac\2b\7c")
  (data (i32.const 0x0450) "\6f\e2\8c\0a\b6\f1\b3\72\c1\a6\a2\46\ae\63\f7\4f\93\1e\83\65\e1\5a\08\9c\68\d6\19\00\00\00\00\00")
  (data (i32.const 0x0470) "\01\00\00\00\6f\e2\8c\0a\b6\f1\b3\72\c1\a6\a2\46\ae\63\f7\4f\93\1e\83\65\e1\5a\08\9c\68\d6\19\00\00\00\00\00\98\20\51\fd")
  (data (i32.const 0x0498) "\1e\4b\a7\44\bb\be\68\0e\1f\ee\14\67\7b\a1\a3\c3\54\0b\f7\b1\cd\b6\06\e8\57\23\3e\0e\61\bc\66\49\ff\ff\00\1d\01\e3\62\99")
  (data (i32.const 0x04c0) "\48\60\eb\18\bf\1b\16\20\e3\7e\94\90\fc\8a\42\75\14\41\6f\d7\51\59\ab\86\68\8e\9a\83\00\00\00\00")

  (func (export "otedama_describe") (result i32)
    (i32.const 0))

  ;; Remembers the state after the first 64 bytes and the words before the nonce.
  (func (export "otedama_prepare") (param $length i32) (result i32)
    (if (i32.ne (local.get $length) (i32.const 80))
      (then (return (i32.const 1))))
    (call $begin (i32.const 0x1000))
    (i32.const 0))

  ;; Nonces first, first + 1, ... of the prepared header.
  (func (export "otedama_hash") (param $first i32) (param $count i32) (result i32)
    (local $i i32)
    (loop $next
      (call $finish
        (call $swap (i32.add (local.get $first) (local.get $i)))
        (i32.add (i32.const 0x6000) (i32.shl (local.get $i) (i32.const 5))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (local.get $count))))
    (local.get $count))

  ;; Whole headers, one after the other.
  (func (export "otedama_verify") (param $count i32) (result i32)
    (local $i i32)
    (local $header i32)
    (loop $next
      (local.set $header (i32.add (i32.const 0x1000) (i32.mul (local.get $i) (i32.const 80))))
      (call $begin (local.get $header))
      (call $finish
        (call $swap (i32.load offset=76 (local.get $header)))
        (i32.add (i32.const 0x6000) (i32.shl (local.get $i) (i32.const 5))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (local.get $count))))
    (local.get $count))

  ;; SHA-256 reads big-endian words.
  (func $swap (param $x i32) (result i32)
    (i32.or
      (i32.and (i32.rotl (local.get $x) (i32.const 8)) (i32.const 0x00ff00ff))
      (i32.and (i32.rotr (local.get $x) (i32.const 8)) (i32.const 0xff00ff00))))

  ;; 32 bytes.
  (func $copy (param $to i32) (param $from i32)
    (i64.store (local.get $to) (i64.load (local.get $from)))
    (i64.store offset=8 (local.get $to) (i64.load offset=8 (local.get $from)))
    (i64.store offset=16 (local.get $to) (i64.load offset=16 (local.get $from)))
    (i64.store offset=24 (local.get $to) (i64.load offset=24 (local.get $from))))

  (func $begin (param $header i32)
    (local $i i32)
    (loop $next
      (i32.store offset=0x300 (local.get $i)
        (call $swap (i32.load (i32.add (local.get $header) (local.get $i)))))
      (local.set $i (i32.add (local.get $i) (i32.const 4)))
      (br_if $next (i32.lt_u (local.get $i) (i32.const 64))))
    (call $copy (i32.const 0x220) (i32.const 0x200))
    (call $compress (i32.const 0x220))
    (i32.store (i32.const 0x260) (call $swap (i32.load offset=64 (local.get $header))))
    (i32.store (i32.const 0x264) (call $swap (i32.load offset=68 (local.get $header))))
    (i32.store (i32.const 0x268) (call $swap (i32.load offset=72 (local.get $header)))))

  ;; The second block of the first hash, then the second hash, written to $output.
  (func $finish (param $nonce i32) (param $output i32)
    (local $i i32)
    (call $copy (i32.const 0x240) (i32.const 0x220))
    (i64.store (i32.const 0x300) (i64.load (i32.const 0x260)))
    (i32.store (i32.const 0x308) (i32.load (i32.const 0x268)))
    (i32.store (i32.const 0x30c) (local.get $nonce))
    (i32.store (i32.const 0x310) (i32.const 0x80000000))
    (i64.store (i32.const 0x314) (i64.const 0))
    (i64.store (i32.const 0x31c) (i64.const 0))
    (i64.store (i32.const 0x324) (i64.const 0))
    (i64.store (i32.const 0x32c) (i64.const 0))
    (i64.store (i32.const 0x334) (i64.const 0))
    (i32.store (i32.const 0x33c) (i32.const 640))
    (call $compress (i32.const 0x240))
    (call $copy (i32.const 0x300) (i32.const 0x240))
    (i32.store (i32.const 0x320) (i32.const 0x80000000))
    (i64.store (i32.const 0x324) (i64.const 0))
    (i64.store (i32.const 0x32c) (i64.const 0))
    (i64.store (i32.const 0x334) (i64.const 0))
    (i32.store (i32.const 0x33c) (i32.const 256))
    (call $copy (i32.const 0x240) (i32.const 0x200))
    (call $compress (i32.const 0x240))
    (loop $next
      (i32.store (i32.add (local.get $output) (local.get $i))
        (call $swap (i32.load offset=0x240 (local.get $i))))
      (local.set $i (i32.add (local.get $i) (i32.const 4)))
      (br_if $next (i32.lt_u (local.get $i) (i32.const 32)))))

  ;; One block: the sixteen words at 0x300 into the state at $state. Eight rounds a turn, so that the eight working
  ;; variables stand where they began.
  (func $compress (param $state i32)
    (local $i i32) (local $t i32)
    (local $a i32) (local $b i32) (local $c i32) (local $d i32)
    (local $e i32) (local $f i32) (local $g i32) (local $h i32)
    (local $x i32) (local $y i32)
    (loop $expand
      (local.set $x (i32.load offset=0x304 (local.get $i)))
      (local.set $y (i32.load offset=0x338 (local.get $i)))
      (i32.store offset=0x340 (local.get $i)
        (i32.add
          (i32.add
            (i32.load offset=0x300 (local.get $i))
            (i32.xor
              (i32.xor (i32.rotr (local.get $x) (i32.const 7)) (i32.rotr (local.get $x) (i32.const 18)))
              (i32.shr_u (local.get $x) (i32.const 3))))
          (i32.add
            (i32.load offset=0x324 (local.get $i))
            (i32.xor
              (i32.xor (i32.rotr (local.get $y) (i32.const 17)) (i32.rotr (local.get $y) (i32.const 19)))
              (i32.shr_u (local.get $y) (i32.const 10))))))
      (local.set $i (i32.add (local.get $i) (i32.const 4)))
      (br_if $expand (i32.lt_u (local.get $i) (i32.const 192))))
    (local.set $a (i32.load offset=0 (local.get $state)))
    (local.set $b (i32.load offset=4 (local.get $state)))
    (local.set $c (i32.load offset=8 (local.get $state)))
    (local.set $d (i32.load offset=12 (local.get $state)))
    (local.set $e (i32.load offset=16 (local.get $state)))
    (local.set $f (i32.load offset=20 (local.get $state)))
    (local.set $g (i32.load offset=24 (local.get $state)))
    (local.set $h (i32.load offset=28 (local.get $state)))
    (local.set $i (i32.const 0))
    (loop $rounds
      (local.set $t (i32.add (i32.add (local.get $h) (i32.add (i32.load offset=0x100 (local.get $i)) (i32.load offset=0x300 (local.get $i))))
        (i32.add (i32.xor (i32.rotr (local.get $e) (i32.const 6)) (i32.xor (i32.rotr (local.get $e) (i32.const 11)) (i32.rotr (local.get $e) (i32.const 25))))
          (i32.xor (local.get $g) (i32.and (local.get $e) (i32.xor (local.get $f) (local.get $g)))))))
      (local.set $d (i32.add (local.get $d) (local.get $t)))
      (local.set $h (i32.add (local.get $t) (i32.add (i32.xor (i32.rotr (local.get $a) (i32.const 2)) (i32.xor (i32.rotr (local.get $a) (i32.const 13)) (i32.rotr (local.get $a) (i32.const 22))))
        (i32.or (i32.and (local.get $a) (local.get $b)) (i32.and (local.get $c) (i32.or (local.get $a) (local.get $b)))))))
      (local.set $t (i32.add (i32.add (local.get $g) (i32.add (i32.load offset=0x104 (local.get $i)) (i32.load offset=0x304 (local.get $i))))
        (i32.add (i32.xor (i32.rotr (local.get $d) (i32.const 6)) (i32.xor (i32.rotr (local.get $d) (i32.const 11)) (i32.rotr (local.get $d) (i32.const 25))))
          (i32.xor (local.get $f) (i32.and (local.get $d) (i32.xor (local.get $e) (local.get $f)))))))
      (local.set $c (i32.add (local.get $c) (local.get $t)))
      (local.set $g (i32.add (local.get $t) (i32.add (i32.xor (i32.rotr (local.get $h) (i32.const 2)) (i32.xor (i32.rotr (local.get $h) (i32.const 13)) (i32.rotr (local.get $h) (i32.const 22))))
        (i32.or (i32.and (local.get $h) (local.get $a)) (i32.and (local.get $b) (i32.or (local.get $h) (local.get $a)))))))
      (local.set $t (i32.add (i32.add (local.get $f) (i32.add (i32.load offset=0x108 (local.get $i)) (i32.load offset=0x308 (local.get $i))))
        (i32.add (i32.xor (i32.rotr (local.get $c) (i32.const 6)) (i32.xor (i32.rotr (local.get $c) (i32.const 11)) (i32.rotr (local.get $c) (i32.const 25))))
          (i32.xor (local.get $e) (i32.and (local.get $c) (i32.xor (local.get $d) (local.get $e)))))))
      (local.set $b (i32.add (local.get $b) (local.get $t)))
      (local.set $f (i32.add (local.get $t) (i32.add (i32.xor (i32.rotr (local.get $g) (i32.const 2)) (i32.xor (i32.rotr (local.get $g) (i32.const 13)) (i32.rotr (local.get $g) (i32.const 22))))
        (i32.or (i32.and (local.get $g) (local.get $h)) (i32.and (local.get $a) (i32.or (local.get $g) (local.get $h)))))))
      (local.set $t (i32.add (i32.add (local.get $e) (i32.add (i32.load offset=0x10c (local.get $i)) (i32.load offset=0x30c (local.get $i))))
        (i32.add (i32.xor (i32.rotr (local.get $b) (i32.const 6)) (i32.xor (i32.rotr (local.get $b) (i32.const 11)) (i32.rotr (local.get $b) (i32.const 25))))
          (i32.xor (local.get $d) (i32.and (local.get $b) (i32.xor (local.get $c) (local.get $d)))))))
      (local.set $a (i32.add (local.get $a) (local.get $t)))
      (local.set $e (i32.add (local.get $t) (i32.add (i32.xor (i32.rotr (local.get $f) (i32.const 2)) (i32.xor (i32.rotr (local.get $f) (i32.const 13)) (i32.rotr (local.get $f) (i32.const 22))))
        (i32.or (i32.and (local.get $f) (local.get $g)) (i32.and (local.get $h) (i32.or (local.get $f) (local.get $g)))))))
      (local.set $t (i32.add (i32.add (local.get $d) (i32.add (i32.load offset=0x110 (local.get $i)) (i32.load offset=0x310 (local.get $i))))
        (i32.add (i32.xor (i32.rotr (local.get $a) (i32.const 6)) (i32.xor (i32.rotr (local.get $a) (i32.const 11)) (i32.rotr (local.get $a) (i32.const 25))))
          (i32.xor (local.get $c) (i32.and (local.get $a) (i32.xor (local.get $b) (local.get $c)))))))
      (local.set $h (i32.add (local.get $h) (local.get $t)))
      (local.set $d (i32.add (local.get $t) (i32.add (i32.xor (i32.rotr (local.get $e) (i32.const 2)) (i32.xor (i32.rotr (local.get $e) (i32.const 13)) (i32.rotr (local.get $e) (i32.const 22))))
        (i32.or (i32.and (local.get $e) (local.get $f)) (i32.and (local.get $g) (i32.or (local.get $e) (local.get $f)))))))
      (local.set $t (i32.add (i32.add (local.get $c) (i32.add (i32.load offset=0x114 (local.get $i)) (i32.load offset=0x314 (local.get $i))))
        (i32.add (i32.xor (i32.rotr (local.get $h) (i32.const 6)) (i32.xor (i32.rotr (local.get $h) (i32.const 11)) (i32.rotr (local.get $h) (i32.const 25))))
          (i32.xor (local.get $b) (i32.and (local.get $h) (i32.xor (local.get $a) (local.get $b)))))))
      (local.set $g (i32.add (local.get $g) (local.get $t)))
      (local.set $c (i32.add (local.get $t) (i32.add (i32.xor (i32.rotr (local.get $d) (i32.const 2)) (i32.xor (i32.rotr (local.get $d) (i32.const 13)) (i32.rotr (local.get $d) (i32.const 22))))
        (i32.or (i32.and (local.get $d) (local.get $e)) (i32.and (local.get $f) (i32.or (local.get $d) (local.get $e)))))))
      (local.set $t (i32.add (i32.add (local.get $b) (i32.add (i32.load offset=0x118 (local.get $i)) (i32.load offset=0x318 (local.get $i))))
        (i32.add (i32.xor (i32.rotr (local.get $g) (i32.const 6)) (i32.xor (i32.rotr (local.get $g) (i32.const 11)) (i32.rotr (local.get $g) (i32.const 25))))
          (i32.xor (local.get $a) (i32.and (local.get $g) (i32.xor (local.get $h) (local.get $a)))))))
      (local.set $f (i32.add (local.get $f) (local.get $t)))
      (local.set $b (i32.add (local.get $t) (i32.add (i32.xor (i32.rotr (local.get $c) (i32.const 2)) (i32.xor (i32.rotr (local.get $c) (i32.const 13)) (i32.rotr (local.get $c) (i32.const 22))))
        (i32.or (i32.and (local.get $c) (local.get $d)) (i32.and (local.get $e) (i32.or (local.get $c) (local.get $d)))))))
      (local.set $t (i32.add (i32.add (local.get $a) (i32.add (i32.load offset=0x11c (local.get $i)) (i32.load offset=0x31c (local.get $i))))
        (i32.add (i32.xor (i32.rotr (local.get $f) (i32.const 6)) (i32.xor (i32.rotr (local.get $f) (i32.const 11)) (i32.rotr (local.get $f) (i32.const 25))))
          (i32.xor (local.get $h) (i32.and (local.get $f) (i32.xor (local.get $g) (local.get $h)))))))
      (local.set $e (i32.add (local.get $e) (local.get $t)))
      (local.set $a (i32.add (local.get $t) (i32.add (i32.xor (i32.rotr (local.get $b) (i32.const 2)) (i32.xor (i32.rotr (local.get $b) (i32.const 13)) (i32.rotr (local.get $b) (i32.const 22))))
        (i32.or (i32.and (local.get $b) (local.get $c)) (i32.and (local.get $d) (i32.or (local.get $b) (local.get $c)))))))
      (local.set $i (i32.add (local.get $i) (i32.const 32)))
      (br_if $rounds (i32.lt_u (local.get $i) (i32.const 256))))
    (i32.store offset=0 (local.get $state) (i32.add (i32.load offset=0 (local.get $state)) (local.get $a)))
    (i32.store offset=4 (local.get $state) (i32.add (i32.load offset=4 (local.get $state)) (local.get $b)))
    (i32.store offset=8 (local.get $state) (i32.add (i32.load offset=8 (local.get $state)) (local.get $c)))
    (i32.store offset=12 (local.get $state) (i32.add (i32.load offset=12 (local.get $state)) (local.get $d)))
    (i32.store offset=16 (local.get $state) (i32.add (i32.load offset=16 (local.get $state)) (local.get $e)))
    (i32.store offset=20 (local.get $state) (i32.add (i32.load offset=20 (local.get $state)) (local.get $f)))
    (i32.store offset=24 (local.get $state) (i32.add (i32.load offset=24 (local.get $state)) (local.get $g)))
    (i32.store offset=28 (local.get $state) (i32.add (i32.load offset=28 (local.get $state)) (local.get $h)))))
