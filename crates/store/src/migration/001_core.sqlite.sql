CREATE TRIGGER event_is_append_only BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'event is append-only'); END;
CREATE TRIGGER event_is_kept BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'event is append-only'); END;
CREATE TRIGGER log_leaf_is_append_only BEFORE UPDATE ON log_leaf BEGIN SELECT RAISE(ABORT, 'log_leaf is append-only'); END;
CREATE TRIGGER log_leaf_is_kept BEFORE DELETE ON log_leaf BEGIN SELECT RAISE(ABORT, 'log_leaf is append-only'); END;
CREATE TRIGGER tree_head_is_append_only BEFORE UPDATE ON tree_head BEGIN SELECT RAISE(ABORT, 'tree_head is append-only'); END;
CREATE TRIGGER tree_head_is_kept BEFORE DELETE ON tree_head BEGIN SELECT RAISE(ABORT, 'tree_head is append-only'); END;
CREATE TRIGGER approval_is_append_only BEFORE UPDATE ON approval BEGIN SELECT RAISE(ABORT, 'approval is append-only'); END;
CREATE TRIGGER approval_is_kept BEFORE DELETE ON approval BEGIN SELECT RAISE(ABORT, 'approval is append-only'); END;
